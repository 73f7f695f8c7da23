import { GraphiQL } from "graphiql";
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import { createRoot } from "react-dom/client";

import { session } from "../app/api/session";
import { readConfig } from "./config";
import { createFetcher } from "./fetcher";
import "./page.css";
import { openFirst, storage } from "./storage";

const HEADERS_WITH_TOKEN = `{
  // You are signed in: your token goes with every request.
  // To use another one, give it here:
  // "Authorization": "Bearer <token>"
}`;

const HEADERS_WITHOUT_TOKEN = `{
  // The API asks for a token. Put yours here:
  // "Authorization": "Bearer <token>"
  // without the slashes, and press the reload button
  // at the lower left for the docs. It serves all tabs
  // until you leave the page, and is not stored.
}`;

const config = readConfig();
const examples = config.examples.map(({ name, query, variables }) => ({
  query: `# ${name}\n${query.trim()}\n`,
  variables: variables ?? "",
}));
await session.join();
const defaultHeaders = session.token ? HEADERS_WITH_TOKEN : HEADERS_WITHOUT_TOKEN;

openFirst(examples[0]);

createRoot(document.getElementById("root")!).render(
  <GraphiQL
    fetcher={createFetcher(config)}
    storage={storage}
    defaultTabs={examples.map((example) => ({ ...example, headers: defaultHeaders }))}
    defaultHeaders={defaultHeaders}
    shouldPersistHeaders={false}
    defaultEditorToolsVisibility={session.token ? "variables" : "headers"}
  >
    <GraphiQL.Logo>
      <a className="back" href="/">
        ← Back to the application
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
