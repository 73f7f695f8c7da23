import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { beginsWhole } from "../../format/formats";
import type { Days } from "../../format/periods";
import { Against } from "../../parts/against";
import { Spark } from "../../parts/charts/spark";
import { Figure, Figures } from "../../parts/panel";
import { useShop } from "../../shell/shop";
import { t } from "../../texts";
import type { Grouping } from "../../address";

export const keyFigures = graphql(`
  fragment KeyFigures on PurchasePatterns {
    summary {
      revenue
      totalTransactions
      uniqueCustomers
      avgBasketSize
    }
    previous {
      revenue
      totalTransactions
      uniqueCustomers
      avgBasketSize
    }
    series {
      start
      revenue
      transactionCount
      uniqueCustomers
      complete
    }
  }
`);

export const newcomers = graphql(`
  fragment Newcomers on RetentionReport {
    summary {
      acquiredCustomers
      newCustomers
    }
    previous {
      acquiredCustomers
    }
  }
`);

interface KeyFiguresProps {
  patterns: FragmentOf<typeof keyFigures>;
  retention: FragmentOf<typeof newcomers>;
  period: Days;
  compared: Days | null;
  grouping: Grouping;
}

/** What was sold, and to how many, against before. */
export function KeyFigures({ period, compared, grouping, ...props }: KeyFiguresProps) {
  const { formats, weekStart } = useShop();
  const { summary, previous, series } = readFragment(keyFigures, props.patterns);
  const { summary: people, previous: before } = readFragment(newcomers, props.retention);
  // What is only a part of a week is no fall.
  const whole = series.filter(({ start, complete }) => complete && beginsWhole(start, grouping, weekStart));
  const named = (name: string) => `${name}:${period.start}..${period.end}`;
  return (
    <Figures label={t.overview.figures}>
      <Figure
        figure={named("revenue")}
        label={t.figures.revenue}
        value={formats.money(summary.revenue)}
        note={<Against now={summary.revenue} before={previous?.revenue} compared={compared} format={(value) => formats.money(value)} />}
        picture={<Spark values={whole.map(({ revenue }) => Number(revenue))} />}
      />
      <Figure
        figure={named("orders")}
        label={t.figures.orders}
        value={formats.count(summary.totalTransactions)}
        note={<Against now={summary.totalTransactions} before={previous?.totalTransactions} compared={compared} format={formats.count} />}
        picture={<Spark values={whole.map(({ transactionCount }) => transactionCount)} />}
      />
      <Figure
        figure={named("basket")}
        label={t.figures.basket}
        value={formats.money(summary.avgBasketSize)}
        note={<Against now={summary.avgBasketSize} before={previous?.avgBasketSize} compared={compared} format={(value) => formats.money(value)} />}
      />
      <Figure
        figure={named("buyers")}
        label={t.figures.buyers}
        value={formats.count(summary.uniqueCustomers)}
        note={<Against now={summary.uniqueCustomers} before={previous?.uniqueCustomers} compared={compared} format={formats.count} />}
        picture={<Spark values={whole.map(({ uniqueCustomers }) => uniqueCustomers)} />}
      />
      <Figure
        figure={named("newCustomers")}
        label={t.figures.newCustomers}
        value={formats.count(people.acquiredCustomers)}
        note={
          <>
            <Against now={people.acquiredCustomers} before={before?.acquiredCustomers} compared={compared} format={formats.count} />
            {people.newCustomers !== people.acquiredCustomers && <span className="versus">{t.overview.stillActive(formats.count(people.newCustomers))}</span>}
          </>
        }
      />
    </Figures>
  );
}
