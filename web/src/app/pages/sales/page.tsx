import { Link } from "@tanstack/react-router";

import { useAddress } from "../../address";
import { useReport } from "../../api/use-report";
import type { Formats } from "../../format/formats";
import type { Days } from "../../format/periods";
import { Page } from "../../parts/page";
import { Panel } from "../../parts/panel";
import { Empty, Loaded } from "../../parts/states";
import { useFormats, usePeriod } from "../../shell/shop";
import { t } from "../../texts";
import { filterOf, SalesFilters, USUAL } from "./filters";
import { OpenedSale } from "./opened";
import { salesQuery } from "./query";
import { SalesTable } from "./table";

const PAGE = 50;

export default function SalesPage() {
  const [address] = useAddress();
  const formats = useFormats();
  const period = usePeriod(USUAL);
  const { customer = "" } = address;
  const asked = { filter: filterOf(period, address), customer, withCustomer: customer !== "", first: PAGE };
  const report = useReport(salesQuery, asked, { isPrivate: true });
  const name = report.data?.node && "name" in report.data.node ? report.data.node.name : null;
  return (
    <Page
      title={titleOf(customer ? name : null, period, formats)}
      about={customer ? <Link to="/sales">{t.sales.everyone}</Link> : t.sales.about}
      filters={<SalesFilters />}
    >
      <Loaded report={report} what={t.sales.what}>
        {({ sales }) => (
          <Panel title={t.sales.found(formats.count(sales.totalCount), sales.totalCount)} about={t.sales.counted}>
            {sales.totalCount === 0 ? (
              <Empty title={t.sales.none}>{t.sales.noneHow}</Empty>
            ) : (
              <SalesTable key={JSON.stringify(asked)} first={sales} asked={asked} />
            )}
            <OpenedSale />
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}

/** Whose sales, or of which day. */
function titleOf(name: string | null, { start, end }: Days, formats: Formats): string {
  return name ? t.sales.of(name) : start === end ? t.sales.ofDay(formats.day(start)) : t.pages.sales;
}
