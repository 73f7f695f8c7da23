import { Link } from "@tanstack/react-router";

import { kept, useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment, type VariablesOf } from "../../api/graphql";
import { inWords } from "../../format/formats";
import { Bars } from "../../parts/bars";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { Fact } from "./identity";
import { type habitsSignQuery, HabitsTools } from "./tools";

export const cohort = graphql(`
  fragment CustomerCohort on Customer {
    cohort(period: MONTH, asOf: $asOf) {
      start
      size
      currentActive
    }
  }
`);

/** Who first bought in the same month, and how many of them still do. */
export function Cohort({ data }: { data: FragmentOf<typeof cohort> }) {
  const formats = useFormats();
  const [address] = useAddress();
  const found = readFragment(cohort, data).cohort;
  return (
    found && (
      <Panel title={t.customer.cohort}>
        <p className="about">
          {t.customer.cohortIs(formats.month(found.start), formats.count(found.size), formats.count(found.currentActive))}{" "}
          <Link to="/retention" search={kept(address)}>
            {t.overview.allCohorts}
          </Link>
        </p>
      </Panel>
    )
  );
}

export const habits = graphql(`
  fragment Habits on Customer {
    patterns(period: $year) {
      summary {
        totalTransactions
        avgItemsPerTransaction
        mostPopularPaymentMethod
        busiestDay
        busiestHour
      }
      frequency {
        avgDaysBetweenPurchases
      }
      categories {
        category
        purchaseCount
        revenue
      }
    }
  }
`);

const CATEGORIES = 6;

/** When, how and what the customer buys. */
export function Habits({ data, asked }: { data: FragmentOf<typeof habits>; asked: VariablesOf<typeof habitsSignQuery> }) {
  const formats = useFormats();
  const { patterns } = readFragment(habits, data);
  const { summary, frequency, categories } = patterns;
  return (
    <Panel title={t.customer.habits} about={t.customer.habitsAbout} tools={<HabitsTools asked={asked} />}>
      {summary.totalTransactions === 0 ? (
        <Empty title={t.customer.noneThisYear} />
      ) : (
        <>
          <dl className="facts across">
            <Fact name={t.patterns.busiestDay}>{summary.busiestDay && t.weekdays[summary.busiestDay]}</Fact>
            <Fact name={t.patterns.busiestHour}>{summary.busiestHour !== null && t.patterns.hour(summary.busiestHour)}</Fact>
            <Fact name={t.patterns.payment}>{summary.mostPopularPaymentMethod && inWords(summary.mostPopularPaymentMethod)}</Fact>
            <Fact name={t.patterns.items}>{formats.number(summary.avgItemsPerTransaction)}</Fact>
            <Fact name={t.patterns.between}>
              {frequency.avgDaysBetweenPurchases !== null && t.customer.days(formats.number(frequency.avgDaysBetweenPurchases))}
            </Fact>
          </dl>
          <Bars
            caption={t.patterns.categories}
            head={[t.patterns.category, t.patterns.transactions, t.figures.revenue]}
            bars={categories.slice(0, CATEGORIES).map(({ category, purchaseCount, revenue }) => ({
              key: category,
              label: category,
              value: Number(revenue),
              cells: [formats.count(purchaseCount), formats.money(revenue)],
            }))}
          />
        </>
      )}
    </Panel>
  );
}
