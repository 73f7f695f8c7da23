import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { DataTable, type TableColumn } from "../../parts/data-table";
import { Figure, Figures, Panel } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const counts = graphql(`
  fragment Counts on DataQuality {
    customers
    sales
    firstBusinessDate
    lastBusinessDate
    anonymousSalesShare
    costCoverage
    unlinkedRefunds
    possibleDuplicates
    rejectedRows
  }
`);

type Check = keyof typeof t.quality.checks;

const CHECKS = Object.keys(t.quality.checks) as Check[];

/** How much there is, and what is missing in it. */
export function Counts({ data }: { data: FragmentOf<typeof counts> }) {
  const formats = useFormats();
  const found = readFragment(counts, data);
  const told: Record<Check, string> = {
    anonymousSalesShare: formats.percent(found.anonymousSalesShare),
    costCoverage: formats.percent(found.costCoverage),
    unlinkedRefunds: formats.count(found.unlinkedRefunds),
    possibleDuplicates: formats.count(found.possibleDuplicates),
    rejectedRows: formats.count(found.rejectedRows),
  };
  const columns: TableColumn<Check>[] = [
    { id: "check", header: t.quality.check, cell: (check) => t.quality.checks[check] },
    { id: "found", header: t.quality.found, right: true, cell: (check) => told[check] },
    { id: "means", header: t.quality.means, cell: (check) => t.quality.meanings[check] },
  ];
  return (
    <>
      <Figures label={t.quality.figures}>
        <Figure label={t.quality.customers} value={formats.count(found.customers)} note={t.quality.customersNote} />
        <Figure
          label={t.quality.sales}
          value={formats.count(found.sales)}
          note={found.firstBusinessDate && t.quality.days(formats.day(found.firstBusinessDate), formats.day(found.lastBusinessDate))}
        />
        <Figure label={t.quality.checks.anonymousSalesShare} value={told.anonymousSalesShare} />
        <Figure label={t.quality.checks.costCoverage} value={told.costCoverage} />
      </Figures>
      <Panel title={t.quality.missing} about={t.quality.missingAbout}>
        <DataTable label={t.quality.missing} columns={columns} rows={CHECKS} keyOf={(check) => check} />
      </Panel>
    </>
  );
}
