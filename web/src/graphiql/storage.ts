import type { GraphiQLProps } from "graphiql";

import type { Example } from "./config";

type Storage = NonNullable<GraphiQLProps["storage"]>;

const PREFIX = "customer-api:";

/** Local storage under a prefix: another GraphiQL may use the same origin. */
export const storage: Storage = {
  getItem: (key) => localStorage.getItem(PREFIX + key),
  setItem: (key, value) => localStorage.setItem(PREFIX + key, value),
  removeItem: (key) => localStorage.removeItem(PREFIX + key),
  clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ownKeys().length;
  },
};

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
