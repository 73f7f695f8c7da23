import { graphql } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { DayChoice } from "../../parts/dates";
import { Filters } from "../../parts/filters";
import { Page } from "../../parts/page";
import { Empty, Loaded, Notices } from "../../parts/states";
import { useDay } from "../../shell/shop";
import { t } from "../../texts";
import { Aging, aging } from "./aging";
import { ReceivablesTools } from "./tools";
import { owing, Who } from "./who";

const PAGE = 50;

export const receivablesQuery = graphql(
  `
    query Receivables($asOf: Date!, $first: Int!, $after: String) {
      receivablesAging(asOf: $asOf) {
        total
        notices
        ...Aging
        customers(first: $first, after: $after) {
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            ...Owing
          }
        }
      }
    }
  `,
  [aging, owing],
);

export default function ReceivablesPage() {
  const asOf = useDay();
  const asked = { asOf, first: PAGE };
  const report = useReport(receivablesQuery, asked, { isPrivate: true });
  return (
    <Page
      title={t.pages.receivables}
      about={t.receivables.about}
      isOfAllStorefronts
      tools={<ReceivablesTools asked={{ asOf }} />}
      filters={
        <Filters dates={<DayChoice />} />
      }
    >
      <Loaded report={report} what={t.receivables.what}>
        {({ receivablesAging: found }) =>
          Number(found.total) === 0 ? (
            <Empty title={t.receivables.none} />
          ) : (
            <>
              <Aging data={found} owing={found.customers.totalCount} />
              <Notices notices={found.notices} />
              <Who key={JSON.stringify([asOf, found.customers.pageInfo])} first={found.customers} query={receivablesQuery} variables={asked} pick={({ receivablesAging }) => receivablesAging.customers} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
