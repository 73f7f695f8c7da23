import type { GraphiQLProps } from "graphiql";

import { session } from "../app/api/session";
import type { Config } from "./config";

/**
 * Sends operations to the API. The reader's token goes in here, not in the
 * headers tab, so that it is not shown; a header typed there replaces it. Where
 * nobody is signed in, the one typed last serves all tabs.
 */
export function createFetcher({ endpoint }: Config): GraphiQLProps["fetcher"] {
  let typed: string | null = null;

  return async (params, options) => {
    const headers = new Headers({
      Accept: "application/graphql-response+json, application/json",
      "Content-Type": "application/json",
    });
    const authorization = session.token ? `Bearer ${session.token}` : typed;
    if (authorization) {
      headers.set("Authorization", authorization);
    }
    for (const [name, value] of Object.entries(options?.headers ?? {})) {
      headers.set(name, String(value));
    }
    if (!session.token) {
      typed = headers.get("Authorization");
    }

    const response = await fetch(endpoint, {
      method: "POST",
      headers,
      body: JSON.stringify(params),
    });
    const body = await response.text();
    try {
      return JSON.parse(body);
    } catch {
      const message = `HTTP ${response.status}: ${body || response.statusText}`;
      return { errors: [{ message }] };
    }
  };
}
