import { lazy, Suspense, useState } from "react";
import { Group, SegmentedControl, Skeleton } from "@mantine/core";

import { useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment, type VariablesOf } from "../../api/graphql";
import { REST } from "../../parts/colors";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { segments } from "./segments";
import { type migrationSignQuery, MigrationTools } from "./tools";

const Sankey = lazy(() => import("../../parts/charts/sankey"));

export const migration = graphql(`
  fragment Migration on SegmentMigration {
    moves {
      from
      to
      customerCount
      revenue
    }
  }
`);

interface MigrationProps {
  data: FragmentOf<typeof migration>;
  segmentation: FragmentOf<typeof segments>;
  colors: Map<string, string>;
  asked: VariablesOf<typeof migrationSignQuery>;
}

const NONE = "-";

/** Who went from which segment to which since the window before; each move opens to its customers. */
export function Migration({ data, segmentation, colors, asked }: MigrationProps) {
  const formats = useFormats();
  const [, set] = useAddress();
  const [view, setView] = useState("chart");
  const { moves } = readFragment(migration, data);
  const known = readFragment(segments, segmentation).segments;
  const nameOf = (code: string | null, none: string) =>
    code === null ? none : (known.find((segment) => segment.code === code)?.name ?? code);
  const orderOf = (code: string | null) =>
    code === null ? known.length : known.findIndex((segment) => segment.code === code);
  const colorOf = (code: string | null) => (code === null ? "var(--soft)" : (colors.get(code) ?? REST));
  const open = (from: string | null, to: string | null) => set({ open: `move:${from ?? NONE}>${to ?? NONE}` });
  const named = moves.map((move) => ({
    ...move,
    fromName: nameOf(move.from, t.segments.fromNone),
    toName: nameOf(move.to, t.segments.toNone),
  }));
  return (
    <Panel
      title={t.segments.migration}
      about={t.segments.migrationAbout}
      tools={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t.charts.shownAs}
            value={view}
            onChange={setView}
            data={[
              { value: "chart", label: t.charts.chart },
              { value: "table", label: t.charts.table },
            ]}
          />
          <MigrationTools asked={asked} />
        </Group>
      }
    >
      {moves.length === 0 ? (
        <Empty title={t.segments.noMoves}>{t.empty.salesHow}</Empty>
      ) : view === "chart" ? (
        <Suspense fallback={<Skeleton height={420} />}>
          <Sankey
            label={t.segments.migration}
            flows={named.map(({ from, to, fromName, toName, customerCount }) => ({
              from: { key: from ?? NONE, name: fromName, color: colorOf(from), order: orderOf(from) },
              to: { key: to ?? NONE, name: toName, color: colorOf(to), order: orderOf(to) },
              value: customerCount,
              label: t.segments.move(fromName, toName, formats.count(customerCount)),
              open: () => open(from, to),
            }))}
            format={formats.count}
          />
        </Suspense>
      ) : (
        <div className="scroll tall" tabIndex={0} role="group" aria-label={t.segments.migration}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{t.segments.before}</th>
                <th scope="col">{t.segments.now}</th>
                <th scope="col" className="right">
                  {t.columns.customers}
                </th>
                <th scope="col" className="right">
                  {t.columns.revenue}
                </th>
              </tr>
            </thead>
            <tbody>
              {named.map(({ from, to, fromName, toName, customerCount, revenue }) => (
                <tr key={`${from} ${to}`}>
                  <th scope="row">{fromName}</th>
                  <td>{toName}</td>
                  <td className="right">
                    <button
                      type="button"
                      className="open link"
                      onClick={() => open(from, to)}
                    >
                      <span className="hidden">{t.segments.move(fromName, toName, "")} </span>
                      {formats.count(customerCount)}
                    </button>
                  </td>
                  <td className="right">{formats.money(revenue)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
