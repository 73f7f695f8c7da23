import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { AnyVariables } from "urql";

import { kept, useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import { type Following, type PageOf, usePages } from "../../api/use-pages";
import { DataTable, type TableColumn } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { Failed } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const owing = graphql(`
  fragment Owing on Customer {
    number
    name
    owed(asOf: $asOf)
    outstandingBalance
    creditLimit
    creditUtilization
    purchases(asOf: $asOf) {
      lastPurchaseDate
    }
  }
`);

type Owing = ResultOf<typeof owing>;

interface WhoProps<Data, Variables extends AnyVariables> extends Following<Data, Variables, FragmentOf<typeof owing>> {
  first: PageOf<FragmentOf<typeof owing>>;
}

/** Who owes, most first. */
export function Who<Data, Variables extends AnyVariables>({ first, ...following }: WhoProps<Data, Variables>) {
  const formats = useFormats();
  const [address] = useAddress();
  const { nodes, hasMore, isLoading, problem, more } = usePages(first, following);
  const columns: TableColumn<Owing>[] = [
    {
      id: "customer",
      header: t.columns.customer,
      cell: ({ number, name }) => (
        <>
          <Link to="/customers/$number" params={{ number }} search={kept(address)}>
            {name}
          </Link>
          {name !== number && <span className="number">{number}</span>}
        </>
      ),
    },
    { id: "owed", header: t.receivables.owed, right: true, cell: ({ owed }) => formats.money(owed) },
    { id: "balance", header: t.receivables.balance, right: true, wide: true, cell: ({ outstandingBalance }) => formats.money(outstandingBalance) },
    {
      id: "limit",
      header: t.receivables.limit,
      right: true,
      wide: true,
      cell: ({ creditLimit }) => (Number(creditLimit) > 0 ? formats.money(creditLimit) : t.receivables.noLimit),
    },
    { id: "use", header: t.receivables.use, right: true, cell: ({ creditUtilization }) => <Use percent={creditUtilization} /> },
    { id: "last", header: t.columns.lastPurchase, right: true, wide: true, cell: ({ purchases }) => formats.day(purchases.lastPurchaseDate) },
  ];
  return (
    <Panel title={t.receivables.who} about={t.receivables.whoAbout}>
      <DataTable label={t.receivables.who} columns={columns} rows={nodes.map((node) => readFragment(owing, node))} keyOf={({ number }) => number} opens={() => true} />
      {problem && <Failed problem={problem} retry={more} what={t.receivables.who} />}
      {hasMore && (
        <Button variant="default" fullWidth mt="sm" loading={isLoading} onClick={more}>
          {t.members.moreRows}
        </Button>
      )}
    </Panel>
  );
}

/** How much of a limit is used; more than all of it is said in words. */
function Use({ percent }: { percent: number | null }) {
  const formats = useFormats();
  if (percent === null || percent <= 100) {
    return formats.percent(percent);
  }
  return (
    <>
      {formats.percent(percent)} <span className="warning">{t.receivables.over}</span>
    </>
  );
}
