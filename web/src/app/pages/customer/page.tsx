import { Link, useParams } from "@tanstack/react-router";

import { kept, useAddress } from "../../address";
import { graphql, type ResultOf, type VariablesOf } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { daysBefore, monthsBefore } from "../../format/formats";
import { DayChoice } from "../../parts/dates";
import { Filters } from "../../parts/filters";
import { Page } from "../../parts/page";
import { Empty, Loaded } from "../../parts/states";
import { useDay, useShop } from "../../shell/shop";
import { t } from "../../texts";
import { Glance, glance } from "./glance";
import { Cohort, cohort, Habits, habits } from "./habits";
import { Identity, identity } from "./identity";
import { KeyFigures, keyFigures } from "./key-figures";
import { Next, next } from "./next";
import { Place, place } from "./place";
import { Prediction, prediction } from "./prediction";
import { Sales, sales } from "./sales";
import { type habitsSignQuery } from "./tools";
import { Touchpoints, touchpoints } from "./touchpoints";

export const customerQuery = graphql(
  `
    query Customer360($number: String!, $asOf: Date!, $year: DateRange!, $scheme: RFMScheme!, $days: Int) {
      customer(by: { number: $number }) {
        name
        ...Glance
        ...Identity
        ...CustomerFigures
        ...Next
        ...Place
        ...Prediction
        ...CustomerCohort
        ...Habits
        ...Sales
        ...Touchpoints
      }
    }
  `,
  [glance, identity, keyFigures, next, place, prediction, cohort, habits, sales, touchpoints],
);

type Found = NonNullable<ResultOf<typeof customerQuery>["customer"]>;

export default function CustomerPage() {
  const { number } = useParams({ strict: false }) as { number: string };
  const [address] = useAddress();
  const asOf = useDay();
  const { segmentScheme, segmentDays } = useShop();
  const year = { start: daysBefore(monthsBefore(asOf, 12), -1), end: asOf };
  const report = useReport(customerQuery, { number, asOf, scheme: segmentScheme, days: segmentDays, year });
  return (
    <Page
      title={report.data?.customer?.name ?? number}
      about={
        <Link to="/customers" search={kept(address)}>
          {t.customer.all}
        </Link>
      }
      isOfAllStorefronts
      filters={
        <Filters dates={<DayChoice />} />
      }
    >
      <Loaded report={report} what={t.customer.what}>
        {({ customer }) => (customer ? <Whole customer={customer} asked={{ number, year }} again={report.again} /> : <Empty title={t.customer.unknown(number)}>{t.customer.unknownHow}</Empty>)}
      </Loaded>
    </Page>
  );
}

interface WholeProps {
  customer: Found;
  asked: VariablesOf<typeof habitsSignQuery>;
  again(): void;
}

function Whole({ customer, asked, again }: WholeProps) {
  return (
    <>
      <Glance data={customer} />
      <KeyFigures data={customer} />
      <div className="customer">
        <div className="stack">
          <Next data={customer} />
          <Identity data={customer} />
          <Place data={customer} />
          <Cohort data={customer} />
        </div>
        <div className="stack">
          <Sales data={customer} />
          <Prediction data={customer} again={again} />
          <Habits data={customer} asked={asked} />
          <Touchpoints data={customer} />
        </div>
      </div>
    </>
  );
}
