import { Group, SegmentedControl, Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { type Attention, kept, useAddress } from "../../address";
import { graphql, type ResultOf } from "../../api/graphql";
import { useAgain, useReport } from "../../api/use-report";
import { AllStorefronts } from "../../parts/all-storefronts";
import { DataTable } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { Empty, Failed } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { plain, t } from "../../texts";
import { CustomersExports } from "../customers/exports";

/** Whether there is a model to tell who leaves; it waits for its fit, which a page does not. */
export const modelStatusQuery = graphql(`
  query ModelStatus($asOf: Date!) {
    lifetimeValueModel(asOf: $asOf) {
      status
      message
    }
  }
`);

export const attentionQuery = graphql(`
  query CallList($asOf: Date!, $filter: CustomerFilter!, $orderBy: CustomerOrder!, $first: Int!) {
    customers(first: $first, orderBy: $orderBy, asOf: $asOf, filter: $filter) {
      totalCount
      nodes {
        number
        name
        atStake(asOf: $asOf)
        consents {
          email
          sms
          push
        }
        purchases(asOf: $asOf) {
          revenue
          daysSinceLastPurchase
        }
      }
    }
  }
`);

const ROWS = 10;
const ORDERS = { LEAVING: "AT_STAKE", LOST: "TOTAL_SPENT" } as const;
type Row = ResultOf<typeof attentionQuery>["customers"]["nodes"][number];

/** Whom to call: who is overdue and may still come back, by what is at stake; who is lost is another list. */
export function AttentionList({ asOf }: { asOf: string }) {
  const formats = useFormats();
  const [address] = useAddress();
  const [kind, choose] = useState<Attention>("LEAVING");
  const model = useReport(modelStatusQuery, { asOf });
  const status = model.stale ? undefined : model.data?.lifetimeValueModel;
  useAgain(status?.status === "FITTING", model);
  const asked = {
    filter: { attention: kind, type: address.type ?? null, storefront: address.storefront ?? null },
    orderBy: ORDERS[kind],
    asOf,
  };
  const list = useReport(attentionQuery, { ...asked, first: ROWS }, { pause: status?.status !== "READY" });
  const found = status?.status === "READY" && !list.stale ? list.data?.customers : undefined;
  const problem = model.problem ?? list.problem;
  return (
    <Panel
      title={t.attention.title}
      about={
        <>
          {t.attention.about[kind]} <AllStorefronts />
        </>
      }
      tools={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t.attention.title}
            value={kind}
            onChange={(value) => choose(value as Attention)}
            data={Object.entries(t.attention.kinds).map(([value, label]) => ({ value, label }))}
          />
          {found && found.totalCount > 0 && (
            <>
              <Link to="/customers" search={{ ...kept(address), attention: kind, order: ORDERS[kind] }}>
                {t.attention.all(formats.count(found.totalCount))}
              </Link>
              <CustomersExports asked={asked} />
            </>
          )}
        </Group>
      }
    >
      {problem ? (
        <Failed problem={problem} retry={model.problem ? model.retry : list.retry} what={t.attention.what} />
      ) : found ? (
        <Called rows={found.nodes} kind={kind} asOf={asOf} />
      ) : status && status.status !== "READY" ? (
        <Empty title={t.model.statuses[status.status]}>{plain(status.message)}</Empty>
      ) : (
        <Skeleton height={260} role="status" aria-label={t.loading} />
      )}
    </Panel>
  );
}

function Called({ rows, kind, asOf }: { rows: readonly Row[]; kind: Attention; asOf: string }) {
  const formats = useFormats();
  const [address] = useAddress();
  if (rows.length === 0) {
    return <Empty title={t.attention.none[kind]} />;
  }
  return (
    <DataTable
      label={t.attention.title}
      rows={rows}
      keyOf={({ number }) => number}
      opens={() => true}
      columns={[
        {
          id: "customer",
          header: t.columns.customer,
          cell: ({ number, name }) => (
            <Link to="/customers/$number" params={{ number }} search={kept(address)}>
              {name}
            </Link>
          ),
        },
        {
          id: "stake",
          header: t.attention.stake,
          right: true,
          cell: ({ number, atStake }) => <span data-figure={`atStake ${number}:${asOf}`}>{formats.money(atStake)}</span>,
        },
        { id: "last", header: t.columns.lastPurchase, right: true, cell: ({ purchases }) => t.daysAgo(purchases.daysSinceLastPurchase) },
        { id: "contact", header: t.attention.contact, cell: ({ consents }) => waysOf(consents).join(", ") || t.attention.noWay },
      ]}
    />
  );
}

function waysOf({ email, sms, push }: Row["consents"]): string[] {
  return [email && t.customer.email, sms && t.customer.sms, push && t.customer.push].filter((way) => way !== false);
}
