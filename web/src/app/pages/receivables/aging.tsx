import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Bars } from "../../parts/bars";
import { Figure, Figures, Panel } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const aging = graphql(`
  fragment Aging on ReceivablesAging {
    asOf
    total
    current
    days1To30
    days31To60
    days61To90
    over90
  }
`);

type Age = keyof typeof t.receivables.ages;

const AGES = Object.keys(t.receivables.ages) as Age[];
const COLORS: Record<Age, string> = {
  current: "var(--c3)",
  days1To30: "var(--c3)",
  days31To60: "var(--c10)",
  days61To90: "var(--c4)",
  over90: "var(--c5)",
};

/** How much is owed, and how old it is. */
export function Aging({ data, owing }: { data: FragmentOf<typeof aging>; owing: number }) {
  const formats = useFormats();
  const found = readFragment(aging, data);
  const total = Number(found.total);
  const share = (amount: number) => formats.percent((100 * amount) / total);
  const late = Number(found.days31To60) + Number(found.days61To90) + Number(found.over90);
  return (
    <>
      <Figures label={t.receivables.figures}>
        <Figure label={t.receivables.total} value={formats.money(found.total)} figure={`owed:${found.asOf}`} />
        <Figure label={t.receivables.late} value={formats.money(late)} note={t.receivables.ofTotal(share(late))} />
        <Figure label={t.receivables.old} value={formats.money(found.over90)} note={t.receivables.ofTotal(share(Number(found.over90)))} />
        <Figure label={t.receivables.customers} value={formats.count(owing)} figure={`owing:${found.asOf}`} />
      </Figures>
      <Panel title={t.receivables.aging} about={t.receivables.agingAbout}>
        <Bars
          caption={t.receivables.aging}
          head={[t.receivables.age, t.receivables.owed, t.columns.share]}
          bars={AGES.map((age) => ({
            key: age,
            label: t.receivables.ages[age],
            value: Number(found[age]),
            color: COLORS[age],
            cells: [formats.money(found[age]), share(Number(found[age]))],
          }))}
        />
      </Panel>
    </>
  );
}
