import type { GraphiQLProps } from "graphiql";

import type { Config } from "./config";

/**
 * Sends operations to the API. The page's token goes in here, not in the
 * headers tab, so that it is not shown; a header typed there replaces it. On a
 * page without a token, the one typed last serves all tabs.
 */
export function createFetcher({ endpoint, token }: Config): GraphiQLProps["fetcher"] {
  let authorization = token ? `Bearer ${token}` : null;

  return async (params, options) => {
    const headers = new Headers({
      Accept: "application/graphql-response+json, application/json",
      "Content-Type": "application/json",
    });
    if (authorization) {
      headers.set("Authorization", authorization);
    }
    for (const [name, value] of Object.entries(options?.headers ?? {})) {
      headers.set(name, String(value));
    }
    if (!token) {
      authorization = headers.get("Authorization");
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
