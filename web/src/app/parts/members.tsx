import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import type { AnyVariables, TypedDocumentNode } from "urql";

import { kept, useAddress } from "../address";
import { type FragmentOf, graphql, readFragment } from "../api/graphql";
import { useReport } from "../api/use-report";
import { useFormats } from "../shell/shop";
import { t } from "../texts";
import { Beside } from "./beside";
import { Empty, Failed } from "./states";

export const PAGE = 50;

/** A page of the customers behind a number. The operation gives their purchases' day as $asOf. */
export const members = graphql(`
  fragment Members on CustomerConnection {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      number
      name
      purchases(asOf: $asOf) {
        orders
        revenue
        lastPurchaseDate
      }
    }
  }
`);

type Paged = AnyVariables & { after?: string | null; first?: number | null };

interface MembersProps<Data, Variables extends Paged> {
  query: TypedDocumentNode<Data, Variables>;
  /** Without `after`, which is this component's. */
  variables: Omit<Variables, "after">;
  pick(data: Data): FragmentOf<typeof members> | undefined;
}

/** The customers that a number counts, page by page, beside the page that shows the number; closing goes back to it. */
export function MembersDrawer<Data, Variables extends Paged>({
  title,
  above,
  ...list
}: MembersProps<Data, Variables> & { title: string; above?: ReactNode }) {
  return (
    <Beside title={title}>
      {above && <div className="above">{above}</div>}
      <Members {...list} />
    </Beside>
  );
}

export function Members<Data, Variables extends Paged>({ query, variables, pick }: MembersProps<Data, Variables>) {
  const key = JSON.stringify(variables);
  return <Pages key={key} query={query} variables={variables} pick={pick} />;
}

function Pages<Data, Variables extends Paged>(list: MembersProps<Data, Variables>) {
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const [total, setTotal] = useState<number | null>(null);
  const formats = useFormats();
  if (total === 0) {
    return <Empty title={t.members.none} />;
  }
  return (
    <Stack>
      <Text size="sm" role="status">
        {total === null ? t.loading : t.members.total(formats.count(total), total)}
      </Text>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t.columns.customer}</th>
            <th scope="col" className="right">
              {t.columns.revenueToDate}
            </th>
            <th scope="col" className="right">
              {t.columns.orders}
            </th>
            <th scope="col" className="right wide">
              {t.columns.lastPurchase}
            </th>
          </tr>
        </thead>
        {cursors.map((cursor, index) => (
          <Page
            key={cursor}
            {...list}
            after={cursor}
            isLast={index === cursors.length - 1}
            onTotal={setTotal}
            more={(next) => setCursors([...cursors, next])}
          />
        ))}
      </table>
    </Stack>
  );
}

interface PageProps<Data, Variables extends Paged> extends MembersProps<Data, Variables> {
  after: string | null;
  isLast: boolean;
  onTotal(total: number): void;
  more(cursor: string): void;
}

function Page<Data, Variables extends Paged>({ query, variables, pick, after, isLast, onTotal, more }: PageProps<Data, Variables>) {
  const formats = useFormats();
  const [address] = useAddress();
  const { data, problem, retry } = useReport(query, { ...variables, after } as unknown as Variables);
  const masked = data && pick(data);
  const page = masked && readFragment(members, masked);
  const total = data ? (page?.totalCount ?? 0) : null;
  useEffect(() => {
    if (total !== null) {
      onTotal(total);
    }
  }, [total, onTotal]);
  if (!page) {
    return (
      <tbody>
        <tr>
          <td colSpan={4}>
            {problem ? <Failed problem={problem} retry={retry} what={t.members.what} /> : <Skeleton height={240} />}
          </td>
        </tr>
      </tbody>
    );
  }
  const { hasNextPage, endCursor } = page.pageInfo;
  return (
    <tbody>
      {page.nodes.map(({ number, name, purchases }) => (
        <tr key={number}>
          <th scope="row">
            <Link to="/customers/$number" params={{ number }} search={kept(address)}>
              {name}
            </Link>
            {name !== number && <span className="number">{number}</span>}
          </th>
          <td className="right">{formats.money(purchases.revenue)}</td>
          <td className="right">{formats.count(purchases.orders)}</td>
          <td className="right wide">{formats.day(purchases.lastPurchaseDate)}</td>
        </tr>
      ))}
      {isLast && hasNextPage && endCursor && (
        <tr>
          <td colSpan={4}>
            <Button variant="default" fullWidth onClick={() => more(endCursor)}>
              {t.members.more}
            </Button>
          </td>
        </tr>
      )}
    </tbody>
  );
}
