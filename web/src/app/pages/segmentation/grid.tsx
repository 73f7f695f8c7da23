import { useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import { Panel } from "../../parts/panel";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const grid = graphql(`
  fragment Grid on Segmentation {
    totalCustomers
    cells {
      recencyScore
      frequencyScore
      customerCount
      revenue
    }
  }
`);

const SCORES = [5, 4, 3, 2, 1];

/** Recency by frequency, each cell opening to its customers; how much they spent divides them further there. */
export function Grid({ data }: { data: FragmentOf<typeof grid> }) {
  const formats = useFormats();
  const [, set] = useAddress();
  const { cells, totalCustomers } = readFragment(grid, data);
  const squares = squaresOf(cells);
  const most = Math.max(...[...squares.values()].map(({ customers }) => customers), 1);
  return (
    <Panel title={t.segments.grid} about={t.segments.gridAbout}>
      <div className="scroll" tabIndex={0} role="group" aria-label={t.segments.grid}>
        <table className="heat grid">
          <thead>
            <tr>
              <th scope="col">
                <span className="hidden">{t.segments.recency}</span>
              </th>
              {SCORES.toReversed().map((frequency) => (
                <th key={frequency} scope="col">
                  {t.segments.f(frequency)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {SCORES.map((recency) => (
              <tr key={recency}>
                <th scope="row">{t.segments.r(recency)}</th>
                {SCORES.toReversed().map((frequency) => {
                  const { customers, revenue } = squares.get(`${recency}${frequency}`) ?? { customers: 0, revenue: 0 };
                  return (
                    <td key={frequency}>
                      <button
                        type="button"
                        className="cell"
                        disabled={customers === 0}
                        style={{ "--share": customers / most } as React.CSSProperties}
                        onClick={() => set({ open: `cell:${recency}.${frequency}` })}
                      >
                        <span className="hidden">
                          {t.segments.cell(recency, frequency, formats.count(customers), formats.money(revenue))}
                        </span>
                        <strong>{formats.count(customers)}</strong>
                        <small>{formats.percent(totalCustomers ? (100 * customers) / totalCustomers : null)}</small>
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function squaresOf(cells: ResultOf<typeof grid>["cells"]): Map<string, { customers: number; revenue: number }> {
  const squares = new Map<string, { customers: number; revenue: number }>();
  for (const { recencyScore, frequencyScore, customerCount, revenue } of cells) {
    const key = `${recencyScore}${frequencyScore}`;
    const before = squares.get(key) ?? { customers: 0, revenue: 0 };
    squares.set(key, { customers: before.customers + customerCount, revenue: before.revenue + Number(revenue) });
  }
  return squares;
}
