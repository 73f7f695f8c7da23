/** What the server puts in the place of `<!--config-->` in index.html. */
export interface Config {
  endpoint: string;
  examples: Example[];
}

export interface Example {
  name: string;
  query: string;
  /** JSON text. */
  variables?: string | null;
}

const defaults: Config = { endpoint: "/graphql", examples: [] };

export function readConfig(): Config {
  const text = document.getElementById("config")?.textContent;
  return text ? { ...defaults, ...(JSON.parse(text) as Partial<Config>) } : defaults;
}
