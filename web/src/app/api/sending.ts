import { print } from "graphql";
import { type Exchange, makeErrorResult, makeResult, type Operation, type OperationResult } from "urql";
import { filter, make, merge, mergeMap, pipe, share, takeUntil } from "wonka";

import { config } from "./config";
import { t } from "../texts";
import { session } from "./session";

declare const __HASHES__: Record<string, string>;

const ACCEPTED = "application/graphql-response+json, application/json";
const LONGEST_ADDRESS = 4000;
let knowsDocuments = true;

/** Sends operations by the hash of their document; by GET, so that the browser asks whether its copy still holds. */
export const sending: Exchange =
  ({ forward }) =>
  (operations) => {
    const shared = pipe(operations, share);
    const answers = pipe(
      shared,
      filter(({ kind }) => kind === "query"),
      mergeMap((operation) =>
        pipe(
          answerTo(operation),
          takeUntil(pipe(shared, filter(({ kind, key }) => kind === "teardown" && key === operation.key))),
        ),
      ),
    );
    const others = pipe(
      shared,
      filter(({ kind }) => kind !== "query"),
      forward,
    );
    return merge([answers, others]);
  };

function answerTo(operation: Operation) {
  return make<OperationResult>(({ next, complete }) => {
    const ended = new AbortController();
    const tell = (result: OperationResult) => {
      if (!ended.signal.aborted) {
        next(result);
        complete();
      }
    };
    // A component that is being drawn asks, lets go and asks again at once.
    void Promise.resolve().then(async () => {
      if (!ended.signal.aborted) {
        tell(await ask(operation, ended.signal).catch((error: Error) => makeErrorResult(operation, error)));
      }
    });
    return () => ended.abort();
  });
}

async function ask(operation: Operation, signal: AbortSignal): Promise<OperationResult> {
  const { token } = session;
  let body = await answered(operation, signal);
  if (codeOf(body) === "UNAUTHENTICATED" && (await session.renewed(token))) {
    body = await answered(operation, signal);
  }
  if (codeOf(body) === "UNAUTHENTICATED") {
    session.refuse(t.signIn.refused(body.errors?.[0]?.message ?? ""));
  }
  return makeResult(operation, body);
}

async function answered(operation: Operation, signal: AbortSignal): Promise<AnswerBody> {
  const hash = knowsDocuments ? __HASHES__[nameOf(operation)] : undefined;
  const body = await bodyOf(await send(operation, hash, signal));
  if (!hash || codeOf(body) !== "DOCUMENT_UNKNOWN") {
    return body;
  }
  knowsDocuments = false; // the server is of another build than this page
  return bodyOf(await send(operation, undefined, signal));
}

function send(operation: Operation, hash: string | undefined, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: ACCEPTED };
  if (session.token) {
    headers["Authorization"] = `Bearer ${session.token}`;
  }
  const address = hash && !operation.context["isPrivate"] ? addressOf(operation, hash) : null;
  if (address && address.length < LONGEST_ADDRESS) {
    return fetch(address, { headers, signal });
  }
  const document = hash ? { documentId: `sha256:${hash}` } : { query: print(operation.query) };
  headers["Content-Type"] = "application/json";
  const body = JSON.stringify({ ...document, variables: operation.variables });
  return fetch(config.endpoint, { method: "POST", headers, body, signal });
}

function addressOf(operation: Operation, hash: string): string {
  const parameters = new URLSearchParams({ documentId: `sha256:${hash}` });
  parameters.set("variables", JSON.stringify(operation.variables));
  return `${config.endpoint}?${parameters}`;
}

interface Body {
  data?: unknown;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
}

type AnswerBody = Body & Parameters<typeof makeResult>[1];

async function bodyOf(response: Response): Promise<AnswerBody> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`HTTP ${response.status} ${response.statusText}`);
  }
}

function codeOf(body: Body): unknown {
  return body.data ? null : body.errors?.[0]?.extensions?.["code"];
}

function nameOf(operation: Operation): string {
  for (const node of operation.query.definitions) {
    if (node.kind === "OperationDefinition") {
      return node.name?.value ?? "";
    }
  }
  return "";
}
