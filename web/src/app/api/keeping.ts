import type { Client, Exchange, Operation, OperationResult } from "urql";
import { filter, fromArray, map, merge, mergeMap, pipe, share, tap } from "wonka";

const MOST_KEPT = 60;

/** Answers with what was answered before at once, and asks again behind it: a page that was seen never blinks. */
export const keeping: Exchange = ({ forward }) => {
  const kept = new Map<number, OperationResult>();
  return (operations) => {
    const shared = pipe(operations, share);
    const found = pipe(
      shared,
      filter(({ kind, key, context }) => kind === "query" && context.requestPolicy !== "network-only" && kept.has(key)),
      mergeMap((operation) => {
        const answer = kept.get(operation.key)!;
        return fromArray([{ ...answer, operation, stale: true }]);
      }),
    );
    const asked = pipe(
      shared,
      map((operation) => operation),
      forward,
      tap((result) => keep(kept, result)),
    );
    return merge([found, asked]);
  };
};

function keep(kept: Map<number, OperationResult>, result: OperationResult): void {
  const { operation } = result;
  if (operation.kind !== "query" || result.error) {
    return;
  }
  kept.delete(operation.key);
  kept.set(operation.key, result);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) {
    kept.delete(oldest);
  }
}

/** Knows what is shown just now, and asks for it again when the data have changed. */
export class Shown {
  #operations = new Map<number, Operation>();

  readonly exchange: Exchange =
    ({ forward }) =>
    (operations) =>
      pipe(
        operations,
        tap((operation) => {
          if (operation.kind === "query") {
            this.#operations.set(operation.key, operation);
          } else if (operation.kind === "teardown") {
            this.#operations.delete(operation.key);
          }
        }),
        forward,
      );

  refresh(client: Client): void {
    for (const operation of this.#operations.values()) {
      client.reexecuteOperation(
        client.createRequestOperation("query", operation, { ...operation.context, requestPolicy: "network-only" }),
      );
    }
  }
}
