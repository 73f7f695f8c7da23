import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Against } from "../../parts/against";
import { Figure, Figures } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

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
  }
`);

export const retentionFigures = graphql(`
  fragment RetentionFigures on RetentionReport {
    summary {
      activeCustomers
      retentionRate
      newCustomers
      repeatPurchaseRate
    }
  }
`);

interface KeyFiguresProps {
  patterns: FragmentOf<typeof keyFigures>;
  retention: FragmentOf<typeof retentionFigures>;
}

/** What was sold, to how many, and how they stay. */
export function KeyFigures(props: KeyFiguresProps) {
  const formats = useFormats();
  const patterns = readFragment(keyFigures, props.patterns);
  const retention = readFragment(retentionFigures, props.retention);
  const { summary, previous } = patterns;
  return (
    <Figures label={t.overview.figures}>
      <Figure
        label={t.figures.revenue}
        value={formats.money(summary.revenue)}
        note={<Against now={summary.revenue} before={previous?.revenue} />}
      />
      <Figure
        label={t.figures.orders}
        value={formats.count(summary.totalTransactions)}
        note={<Against now={summary.totalTransactions} before={previous?.totalTransactions} />}
      />
      <Figure
        label={t.figures.buyers}
        value={formats.count(summary.uniqueCustomers)}
        note={<Against now={summary.uniqueCustomers} before={previous?.uniqueCustomers} />}
      />
      <Figure
        label={t.figures.basket}
        value={formats.money(summary.avgBasketSize)}
        note={<Against now={summary.avgBasketSize} before={previous?.avgBasketSize} />}
      />
      <Figure
        label={t.figures.retention}
        value={formats.percent(retention.summary.retentionRate)}
        note={t.overview.activeNow(formats.count(retention.summary.activeCustomers))}
      />
      <Figure
        label={t.figures.newCustomers}
        value={formats.count(retention.summary.newCustomers)}
        note={t.overview.repeat(formats.percent(retention.summary.repeatPurchaseRate))}
      />
    </Figures>
  );
}
