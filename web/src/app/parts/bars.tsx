import type { ReactNode } from "react";

import { ShareBar } from "./share-bar";

export interface Bar {
  key: string;
  label: ReactNode;
  value: number;
  /** The cells beside the bar. */
  cells: ReactNode[];
  color?: string;
}

interface BarsProps {
  caption: string;
  /** What the columns are called; which are left out on a phone. */
  head: readonly (string | { wide: string })[];
  bars: Bar[];
}

/** A table whose rows have bars, so that it can be read as a picture and as numbers. */
export function Bars({ caption, head, bars }: BarsProps) {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const columns = head.map((column, index) => ({
    name: typeof column === "string" ? column : column.wide,
    className: index === 0 ? "" : typeof column === "string" ? "right" : "right wide",
  }));
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={caption}>
      <table className="bars">
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, className }) => (
              <th key={name} scope="col" className={className}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bars.map(({ key, label, value, cells, color }) => (
            <tr key={key}>
              <th scope="row">
                <ShareBar share={most > 0 ? value / most : 0} {...(color ? { color } : {})}>
                  {label}
                </ShareBar>
              </th>
              {cells.map((cell, index) => (
                // eslint-disable-next-line react/no-array-index-key
                <td key={index} className={columns[index + 1]?.className}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
