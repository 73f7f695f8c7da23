import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import { DataTable, type TableColumn } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const imports = graphql(`
  fragment Imports on DataQuality {
    imports {
      file
      preset
      status
      startedAt
      rowsRead
      rowsWritten
      rowsUpdated
      rowsUnchanged
      rowsRejected
      error
    }
  }
`);

type Imported = ResultOf<typeof imports>["imports"][number];

/** The last import of each file, and what became of its rows. */
export function Imports({ data }: { data: FragmentOf<typeof imports> }) {
  const formats = useFormats();
  const { imports: found } = readFragment(imports, data);
  const counted = (id: string, header: string, value: (row: Imported) => number, wide = false): TableColumn<Imported> => ({
    id,
    header,
    value,
    wide,
    right: true,
    cell: (row) => formats.count(value(row)),
  });
  const columns: TableColumn<Imported>[] = [
    { id: "file", header: t.quality.file, value: ({ file }) => file, cell: ({ file }) => file },
    { id: "when", header: t.quality.when, value: ({ startedAt }) => startedAt, cell: ({ startedAt }) => formats.moment(startedAt) },
    { id: "preset", header: t.quality.preset, wide: true, cell: ({ preset }) => preset },
    {
      id: "status",
      header: t.quality.status,
      cell: ({ status, error }) => (
        <>
          {t.quality.statuses[status]}
          {error && <span className="warning"> {error}</span>}
        </>
      ),
    },
    counted("read", t.quality.read, ({ rowsRead }) => rowsRead),
    counted("new", t.quality.new, ({ rowsWritten }) => rowsWritten),
    counted("changed", t.quality.changed, ({ rowsUpdated }) => rowsUpdated, true),
    counted("same", t.quality.same, ({ rowsUnchanged }) => rowsUnchanged, true),
    counted("rejected", t.quality.rejected, ({ rowsRejected }) => rowsRejected),
  ];
  return (
    <Panel title={t.quality.imports} about={t.quality.importsAbout}>
      {found.length === 0 ? (
        <Empty title={t.quality.none}>{t.quality.noneHow}</Empty>
      ) : (
        <DataTable label={t.quality.imports} columns={columns} rows={found} keyOf={({ file, startedAt }) => `${file} ${startedAt}`} />
      )}
    </Panel>
  );
}
