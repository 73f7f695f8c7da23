import type { GraphiQLProps } from "graphiql";

import type { Example } from "./config";

type Storage = NonNullable<GraphiQLProps["storage"]>;

const PREFIX = "customer-api:"; // another GraphiQL may use the same origin
const HISTORY = ["graphiql:queries", "graphiql:favorites"];

/** Local storage for GraphiQL, without headers: they may hold a token. */
export const storage: Storage = {
  getItem: (key) => localStorage.getItem(PREFIX + key),
  setItem: (key, value) =>
    localStorage.setItem(PREFIX + key, HISTORY.includes(key) ? withoutHeaders(value) : value),
  removeItem: (key) => localStorage.removeItem(PREFIX + key),
  clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ownKeys().length;
  },
};

function withoutHeaders(history: string): string {
  return JSON.stringify(JSON.parse(history), (key, value) =>
    key === "headers" ? undefined : value,
  );
}

function ownKeys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

/**
 * On the first visit, store the first example as what the editors hold:
 * GraphiQL leaves out the variables of the tab it opens with otherwise.
 */
export function openFirst(example: Pick<Example, "query" | "variables"> | undefined): void {
  if (example && storage.getItem("graphiql:tabState") === null) {
    storage.setItem("graphiql:query", example.query);
    storage.setItem("graphiql:variables", example.variables ?? "");
  }
}
