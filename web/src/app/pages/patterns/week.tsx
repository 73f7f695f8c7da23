import type { CSSProperties } from "react";

import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const week = graphql(`
  fragment Week on PurchasePatterns {
    byWeekdayHour {
      weekday
      hour
      transactionCount
      revenue
    }
  }
`);

const DAYS = Object.keys(t.weekdays) as (keyof typeof t.weekdays)[];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** When in the week is bought. */
export function Week({ data }: { data: FragmentOf<typeof week> }) {
  const formats = useFormats();
  const { byWeekdayHour } = readFragment(week, data);
  const most = Math.max(...byWeekdayHour.map(({ transactionCount }) => transactionCount), 1);
  const cells = new Map(byWeekdayHour.map((cell) => [`${cell.weekday} ${cell.hour}`, cell]));
  const hours = HOURS.filter((hour) => DAYS.some((day) => cells.get(`${day} ${hour}`)?.transactionCount));
  const shown = hours.length ? HOURS.slice(hours[0], hours.at(-1)! + 1) : [];
  return (
    <Panel title={t.patterns.week} about={t.patterns.weekAbout}>
      {shown.length === 0 ? (
        <Empty title={t.patterns.noHours} />
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-label={t.patterns.week}>
          <table className="heat small fill">
            <thead>
              <tr>
                <th scope="col">{t.patterns.weekday}</th>
                {shown.map((hour) => (
                  <th key={hour} scope="col">
                    {String(hour).padStart(2, "0")}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {DAYS.map((day) => (
                <tr key={day}>
                  <th scope="row">{t.weekdays[day]}</th>
                  {shown.map((hour) => {
                    const { transactionCount = 0, revenue = "0" } = cells.get(`${day} ${hour}`) ?? {};
                    return (
                      <td key={hour}>
                        <span
                          className="cell"
                          style={{ "--share": transactionCount / most } as CSSProperties}
                          title={t.patterns.cell(t.weekdays[day], t.patterns.hour(hour), formats.count(transactionCount), formats.money(revenue))}
                        >
                          {formats.count(transactionCount)}
                        </span>
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
