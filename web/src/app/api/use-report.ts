import { useEffect, useEffectEvent, useMemo, useRef } from "react";
import { type AnyVariables, type TypedDocumentNode, useQuery } from "urql";

import { hiddenBy, type Problem, problemOf } from "./problems";

export interface Report<Data> {
  /** The answer, or the last good one while another is on its way. */
  data: Data | undefined;
  /** Whether what is shown is for other variables than those asked for. */
  stale: boolean;
  problem: Problem | null;
  /** The fields that the reader's role does not see. */
  hidden: ReadonlySet<string>;
  retry(): void;
  /** Asks the same again behind what is shown. */
  again(): void;
}

const NOTHING_HIDDEN: ReadonlySet<string> = new Set();

interface Options {
  pause?: boolean;
  /** Whether the variables may hold personal data: they are kept out of addresses. */
  isPrivate?: boolean;
}

const FITS_WITHIN_MS = 2_000;

/** Asks again while the model behind predictions is being fitted: the first who want it of a day wait for it. */
export function useAgain(isFitting: boolean, { data, again }: Pick<Report<unknown>, "data" | "again">): void {
  const ask = useEffectEvent(again);
  useEffect(() => {
    const timer = isFitting ? setTimeout(ask, FITS_WITHIN_MS) : undefined;
    return () => clearTimeout(timer);
  }, [isFitting, data]);
}

/** Asks one operation; what was answered last stays until the next answer is there. */
export function useReport<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { pause = false, isPrivate = false }: Options = {},
): Report<Data> {
  const context = useMemo(() => ({ isPrivate }), [isPrivate]);
  const [{ data, error, fetching }, ask] = useQuery({ query, variables, pause, context } as Parameters<
    typeof useQuery<Data, Variables>
  >[0]);
  const asked = JSON.stringify(variables);
  const askedAgain = useRef<string | undefined>(undefined);
  const last = useRef<Data | undefined>(undefined);
  useEffect(() => {
    if (!fetching) {
      askedAgain.current = undefined;
    }
    if (data !== undefined && data !== null && !fetching) {
      last.current = data;
    }
  }, [data, fetching]);
  const shown = data ?? last.current;
  const hidden = useMemo(() => (data && error ? hiddenBy(error) : null), [data, error]);
  return {
    data: shown ?? undefined,
    stale: shown !== undefined && ((fetching && askedAgain.current !== asked) || shown !== data),
    problem: error && !fetching && !hidden ? problemOf(error) : null,
    hidden: hidden ?? NOTHING_HIDDEN,
    retry: () => ask({ requestPolicy: "network-only" }),
    again: () => {
      askedAgain.current = asked;
      ask({ requestPolicy: "network-only" });
    },
  };
}
