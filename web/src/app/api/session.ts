import { config } from "./config";
import { askOthers, end, forget, hear, keep, keptTokens } from "./tabs";
import { alone, type Tokens } from "./tokens";

const BUSINESS = "customer-api:business";

type Listener = () => void;
const listeners = new Set<Listener>();
let tokens = firstTokens();
let renewing: Promise<boolean> | null = null;

/** Whose token goes with requests: kept by the tabs of this site that are open, and by nobody else. */
export const session = {
  /** Counts those who signed in, as what one was told is not for another; a renewed token changes nothing. */
  visit: 0,
  /** Why the reader has to sign in again. */
  refusal: null as string | null,

  get token(): string | null {
    return tokens?.token ?? null;
  },
  business(): string | null {
    return config.businesses.find(({ token }) => token === session.token)?.name ?? null;
  },
  signIn(given: Tokens): void {
    keep(given);
    change(given, null);
  },
  /** Takes part in the session of another tab, where there is one. */
  async join(): Promise<void> {
    if (config.businesses.length > 0) {
      return;
    }
    hear({ signedIn: (given) => change(given, null), renewed: (given) => (tokens = given), ended: () => change(null, null) });
    if (tokens === null) {
      await askOthers();
    }
  },
  /** Forgets the token; where the provider has a session too, the reader goes there to end it. */
  async signOut(): Promise<void> {
    const ended = tokens;
    if (ended) {
      end(ended);
    }
    if (ended && config.provider?.metadata?.end_session_endpoint) {
      const { endOf } = await import("./provider");
      const address = endOf(ended);
      if (address) {
        location.assign(address);
        return;
      }
    }
    change(null, null);
  },
  refuse(reason: string): void {
    if (tokens !== null) {
      forget();
      change(null, reason);
    }
  },
  /** Whether there is another token than the refused one now: silently a new one, where the provider gives it. */
  async renewed(refused: string | null): Promise<boolean> {
    if (session.token !== refused) {
      return session.token !== null;
    }
    if (!tokens?.refresh) {
      return false;
    }
    renewing ??= renew(tokens).finally(() => (renewing = null));
    return renewing;
  },
  choose(name: string): void {
    const found = config.businesses.find((business) => business.name === name);
    if (found) {
      sessionStorage.setItem(BUSINESS, name);
      change(alone(found.token), null);
    }
  },
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

async function renew(old: Tokens): Promise<boolean> {
  const provider = await import("./provider");
  const renewed = await provider.renew(old);
  if (renewed && tokens === old) {
    tokens = renewed;
    keep(renewed, old);
  }
  return renewed !== null;
}

function change(given: Tokens | null, refusal: string | null): void {
  tokens = given;
  session.visit += 1;
  session.refusal = refusal;
  listeners.forEach((listener) => listener());
}

function firstTokens(): Tokens | null {
  if (typeof sessionStorage === "undefined") {
    return null;
  }
  const chosen = sessionStorage.getItem(BUSINESS);
  const business =
    config.businesses.find(({ name }) => name === chosen) ??
    config.businesses.find(({ name }) => name === "Demo") ??
    config.businesses[0];
  if (business) {
    return alone(business.token);
  }
  return keptTokens();
}
