import { useAddress } from "../../address";
import { useReport } from "../../api/use-report";
import { PeriodChoice } from "../../parts/dates";
import { Choice, Filters, StorefrontChoice, TypeChoice } from "../../parts/filters";
import { Page } from "../../parts/page";
import { Panel } from "../../parts/panel";
import { Empty, Loaded, Notices } from "../../parts/states";
import { scopeOf, useFormats, usePeriod } from "../../shell/shop";
import { t } from "../../texts";
import { Opened } from "./opened";
import { productsQuery } from "./query";
import { orderOf, ProductsTable } from "./table";
import { ProductsTools } from "./tools";

const YEAR = { months: 12 };
const PAGE = 50;

export default function ProductsPage() {
  const [address] = useAddress();
  const formats = useFormats();
  const by = address.by ?? ("PRODUCT" as const);
  const question = { period: usePeriod(YEAR), by, orderBy: orderOf(address), ...scopeOf(address) };
  const asked = { ...question, first: PAGE };
  const report = useReport(productsQuery, asked);
  return (
    <Page
      title={t.pages.products}
      about={t.products.about}
      tools={<ProductsTools asked={question} />}
      filters={
        <Filters dates={<PeriodChoice usual={YEAR} />} beside={<Choice name="by" label={t.products.by} usual="PRODUCT" options={t.products.bys} />}>
          <Choice name="order" label={t.products.order} usual="REVENUE" options={t.products.orders} />
          <StorefrontChoice />
          <TypeChoice />
        </Filters>
      }
    >
      <Loaded report={report} what={t.products.what}>
        {({ productReport: { notices, products } }) => (
          <>
            <Notices notices={notices} />
            <Panel title={t.products.found[by](formats.count(products.totalCount))} about={t.products.tableAbout}>
              {products.totalCount === 0 ? (
                <Empty title={t.empty.sales}>{t.empty.salesHow}</Empty>
              ) : (
                <ProductsTable key={JSON.stringify(asked)} first={products} asked={asked} />
              )}
            </Panel>
          </>
        )}
      </Loaded>
      <Opened asked={question} />
    </Page>
  );
}
