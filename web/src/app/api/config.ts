/** What the server puts in the place of `<!--config-->` in index.html. */
export interface Config {
  endpoint: string;
  /** Whether GraphiQL is at the endpoint. */
  graphiql: boolean;
  /** Allows the style sheets that components write. */
  nonce: string;
  /** Those of a demo store with their tokens; else none, and the reader signs in. */
  businesses: { name: string; token: string }[];
  /** Whether the server signs tokens itself, so that the reader may paste one. */
  takesPastedTokens: boolean;
  /** Whom readers sign in with, where the server names somebody. */
  provider: Provider | null;
}

/** An OpenID Connect provider. */
export interface Provider {
  clientId: string;
  scopes: string;
  /** Which of its tokens goes to the API. */
  token: "access_token" | "id_token";
  /** Of its discovery document what the page needs; null where it did not answer the server. */
  metadata: Metadata | null;
}

export interface Metadata {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  end_session_endpoint?: string;
  authorization_response_iss_parameter_supported?: boolean;
  id_token_signing_alg_values_supported?: string[];
}

const defaults: Config = { endpoint: "/graphql", graphiql: true, nonce: "", businesses: [], takesPastedTokens: true, provider: null };

function readConfig(): Config {
  const text = globalThis.document?.getElementById("config")?.textContent;
  return text ? { ...defaults, ...(JSON.parse(text) as Partial<Config>) } : defaults;
}

export const config = readConfig();
