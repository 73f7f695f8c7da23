/** Signing in with an OpenID Connect provider: authorization code with PKCE. Loaded only when it is needed. */
import * as oauth from "oauth4webapi";

import { config, type Metadata } from "./config";
import { RETURN, type Tokens } from "./tokens";

const LEAVING = "customer-api:leaving";

/** What this tab remembers while the reader is at the provider's. */
interface Leaving {
  state: string;
  nonce: string;
  verifier: string;
  place: string;
}

/** Goes to the provider; the reader comes back to `place`. */
export async function leave(place: string): Promise<void> {
  const leaving: Leaving = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
    place,
  };
  sessionStorage.setItem(LEAVING, JSON.stringify(leaving));
  const { metadata, client, scopes } = known();
  const address = new URL(metadata.authorization_endpoint);
  const asked = {
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: returnAddress(),
    scope: scopes,
    state: leaving.state,
    nonce: leaving.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(leaving.verifier),
    code_challenge_method: "S256",
  };
  Object.entries(asked).forEach(([name, value]) => address.searchParams.set(name, value));
  location.assign(address);
}

/** The place that the reader left from; an answer of the provider counts once only. */
export function takeLeaving(): Leaving | null {
  const text = sessionStorage.getItem(LEAVING);
  sessionStorage.removeItem(LEAVING);
  return text ? (JSON.parse(text) as Leaving) : null;
}

/** The tokens for the provider's answer; an error says why it is refused. */
export async function arrive(answer: URLSearchParams, { state, nonce, verifier }: Leaving): Promise<Tokens> {
  const { server, client, options } = known();
  const checked = oauth.validateAuthResponse(server, client, answer, state);
  const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), checked, returnAddress(), verifier, options);
  const expected = { expectedNonce: nonce, requireIdToken: true };
  const tokens = tokensOf(await oauth.processAuthorizationCodeResponse(server, client, response, expected));
  if (!tokens) {
    throw new Error("the provider gave no token");
  }
  return tokens;
}

/** New tokens, null where the provider refuses; an error where it does not answer. */
export async function renew({ refresh, id }: Tokens): Promise<Tokens | null> {
  const { server, client, options } = known();
  try {
    const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refresh ?? "", options);
    const renewed = tokensOf(await oauth.processRefreshTokenResponse(server, client, response));
    return renewed && { token: renewed.token, refresh: renewed.refresh ?? refresh, id: renewed.id ?? id };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) {
      return null;
    }
    throw error;
  }
}

/** Where the session at the provider ends too; null where it offers no such thing. */
export function endOf({ id }: Tokens): string | null {
  const { metadata, client } = known();
  if (!metadata.end_session_endpoint) {
    return null;
  }
  const address = new URL(metadata.end_session_endpoint);
  address.searchParams.set("client_id", client.client_id);
  address.searchParams.set("post_logout_redirect_uri", `${location.origin}/`);
  if (id) {
    address.searchParams.set("id_token_hint", id);
  }
  return address.href;
}

/** What went wrong, in the provider's words where it has some. */
export function reasonOf(error: unknown): string {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    return error.error_description ?? error.error;
  }
  return error instanceof Error ? error.message : String(error);
}

function tokensOf(answer: oauth.TokenEndpointResponse): Tokens | null {
  const token = config.provider?.token === "id_token" ? answer.id_token : answer.access_token;
  return token ? { token, refresh: answer.refresh_token ?? null, id: answer.id_token ?? null } : null;
}

interface Known {
  metadata: Metadata;
  server: oauth.AuthorizationServer;
  client: oauth.Client;
  scopes: string;
  options: { [oauth.allowInsecureRequests]: boolean };
}

function known(): Known {
  const { provider } = config;
  if (!provider?.metadata) {
    throw new Error("the provider does not answer");
  }
  const { metadata, clientId, scopes } = provider;
  // The server takes http only for a provider on its own machine.
  const options = { [oauth.allowInsecureRequests]: metadata.token_endpoint.startsWith("http://") };
  return { metadata, server: { ...metadata }, client: { client_id: clientId }, scopes, options };
}

function returnAddress(): string {
  return location.origin + RETURN;
}
