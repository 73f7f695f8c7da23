import type { CombinedError } from "urql";

/** What went wrong with a request, as a reader is told. */
export interface Problem {
  kind: "refused" | "unreachable" | "failed";
  message: string;
  code: string | null;
  /** Whether the same question may be answered another time. */
  mayPass: boolean;
  /** The id under which the server logged it. */
  id: string | null;
}

const NEVER = new Set(["BAD_USER_INPUT", "FORBIDDEN"]);

export function problemOf(error: CombinedError): Problem {
  const [first] = error.graphQLErrors;
  if (!first) {
    return { kind: "unreachable", message: error.networkError?.message ?? "", code: null, mayPass: true, id: null };
  }
  const code = textOf(first.extensions["code"]);
  const id = textOf(first.extensions["id"]) ?? textOf(first.extensions["requestId"]);
  const kind = code === "UNAVAILABLE" ? "unreachable" : code === "INTERNAL" || id ? "failed" : "refused";
  return { kind, message: first.message, code, mayPass: !NEVER.has(code ?? ""), id };
}

const KEPT_FROM = /^\w+\.(\w+) /;

/**
 * The fields that the answer leaves out because of the reader's role; null where anything else went wrong. The rest of
 * such an answer is whole.
 */
export function hiddenBy(error: CombinedError): ReadonlySet<string> | null {
  const fields = error.graphQLErrors.map(({ message, extensions, path }) => (extensions["code"] === "FORBIDDEN" && !path ? KEPT_FROM.exec(message)?.[1] : undefined));
  return fields.length > 0 && fields.every((field) => field !== undefined) ? new Set(fields) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
