import { useEffect, useMemo, useState } from "react";
import { type AnyVariables, type TypedDocumentNode, useClient } from "urql";

import { type Problem, problemOf } from "./problems";

export interface PageOf<Node> {
  nodes: readonly Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

interface Pages<Node> {
  nodes: Node[];
  hasMore: boolean;
  isLoading: boolean;
  problem: Problem | null;
  more(): void;
}

export interface Following<Data, Variables extends AnyVariables, Node> {
  query: TypedDocumentNode<Data, Variables>;
  variables: Variables;
  pick(data: Data): PageOf<Node>;
}

/** The rows of a list: a first page that its page asked for, and those after it as they are wanted. */
export function usePages<Data, Variables extends AnyVariables, Node>(
  first: PageOf<Node>,
  { query, variables, pick }: Following<Data, Variables, Node>,
): Pages<Node> {
  const client = useClient();
  const [following, setFollowing] = useState<PageOf<Node>[]>([]);
  const [isLoading, setLoading] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { endCursor: start } = first.pageInfo;
  // When the data have changed, so may have what follows the first page.
  useEffect(() => setFollowing([]), [start]);
  const { hasNextPage, endCursor } = (following.at(-1) ?? first).pageInfo;

  const more = async () => {
    if (isLoading || !hasNextPage) {
      return;
    }
    setLoading(true);
    const asked = { ...variables, after: endCursor } as Variables;
    const { data, error } = await client.query(query, asked, { isPrivate: true }).toPromise();
    setLoading(false);
    setProblem(error && !data ? problemOf(error) : null);
    if (data) {
      setFollowing((before) => [...before, pick(data)]);
    }
  };
  const nodes = useMemo(() => [first, ...following].flatMap((page) => page.nodes), [first, following]);
  return {
    nodes,
    hasMore: hasNextPage,
    isLoading,
    problem,
    more: () => void more(),
  };
}
