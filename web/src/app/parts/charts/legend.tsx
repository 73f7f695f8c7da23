import { t } from "../../texts";
import type { Line } from "./line-chart";

interface LegendProps {
  lines: Line[];
  /** The line that is shown alone, null for all. */
  alone: string | null;
  show(key: string | null): void;
}

/** The names of the lines; each shows its own alone, and again all. */
export function Legend({ lines, alone, show }: LegendProps) {
  if (lines.length < 2) {
    return <span />;
  }
  return (
    <ul className="legend" aria-label={t.charts.legend}>
      {lines.map(({ key, label, color, dashed }) => (
        <li key={key}>
          <button type="button" aria-pressed={alone === key} data-faded={alone !== null && alone !== key ? "" : undefined} onClick={() => show(alone === key ? null : key)}>
            <span className="swatch" data-dashed={dashed ? "" : undefined} style={{ "--swatch": color } as React.CSSProperties} aria-hidden="true" /> {label}
          </button>
        </li>
      ))}
    </ul>
  );
}
