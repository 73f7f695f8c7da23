import type { Tokens } from "./tokens";

const TOKENS = "customer-api:tokens";
const CHANNEL = "customer-api:session";
const ANSWERS_WITHIN_MS = 300;

/** What tabs of this site tell each other: who asks for a session, which there is, and that it has ended. */
type Message =
  | { kind: "asked" }
  | { kind: "signed-in"; tokens: Tokens }
  | { kind: "renewed"; old: string; tokens: Tokens }
  | { kind: "ended"; token: string };

export interface Told {
  /** A tab without a session has one now. */
  signedIn(tokens: Tokens): void;
  /** The session of this tab goes on with other tokens. */
  renewed(tokens: Tokens): void;
  ended(): void;
}

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
const say = (message: Message) => channel?.postMessage(message);

/** The tokens of this tab: its session storage, which ends with it. */
export function keptTokens(): Tokens | null {
  const text = typeof sessionStorage === "undefined" ? null : sessionStorage.getItem(TOKENS);
  return text ? (JSON.parse(text) as Tokens) : null;
}

/** Keeps tokens in this tab, and tells the others, which take them where they have none or shared those before. */
export function keep(tokens: Tokens, old: Tokens | null = null): void {
  sessionStorage.setItem(TOKENS, JSON.stringify(tokens));
  say(old ? { kind: "renewed", old: old.token, tokens } : { kind: "signed-in", tokens });
}

/** Forgets the tokens of this tab. */
export function forget(): void {
  sessionStorage.removeItem(TOKENS);
}

/** Ends the session in all tabs that share it. */
export function end({ token }: Tokens): void {
  forget();
  say({ kind: "ended", token });
}

/** Hears what other tabs say, and answers those who ask with what this one keeps. */
export function hear({ signedIn, renewed, ended }: Told): void {
  channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    const kept = keptTokens();
    if (data.kind === "asked" && kept) {
      say({ kind: "signed-in", tokens: kept });
    } else if (data.kind === "signed-in" && !kept) {
      sessionStorage.setItem(TOKENS, JSON.stringify(data.tokens));
      signedIn(data.tokens);
    } else if (data.kind === "renewed" && data.old === kept?.token) {
      sessionStorage.setItem(TOKENS, JSON.stringify(data.tokens));
      renewed(data.tokens);
    } else if (data.kind === "ended" && data.token === kept?.token) {
      forget();
      ended();
    }
  });
}

/** The tokens of another tab of this site, null where none has any. */
export function askOthers(): Promise<Tokens | null> {
  if (!channel) {
    return Promise.resolve(null);
  }
  return new Promise((resolve) => {
    const done = (tokens: Tokens | null) => {
      clearTimeout(timer);
      channel.removeEventListener("message", listen);
      resolve(tokens);
    };
    const listen = ({ data }: MessageEvent<Message>) => data.kind === "signed-in" && done(data.tokens);
    const timer = setTimeout(() => done(null), ANSWERS_WITHIN_MS);
    channel.addEventListener("message", listen);
    say({ kind: "asked" });
  });
}
