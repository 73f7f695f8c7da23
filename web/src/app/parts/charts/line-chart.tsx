import { SegmentedControl } from "@mantine/core";
import { scaleLinear } from "@visx/scale";
import { type KeyboardEvent, type PointerEvent, useId, useState } from "react";

import { t } from "../../texts";
import { type At, Tip } from "./tip";
import { useWidth } from "./width";

export interface Line {
  key: string;
  label: string;
  color: string;
  /** One for each of the chart's points, null where there is none. */
  values: (number | null)[];
  dashed?: boolean;
}

interface LineChartProps {
  /** What is shown, for those who hear the page. */
  label: string;
  points: string[];
  /** What the axes are of. */
  xTitle?: string;
  yTitle?: string;
  lines: Line[];
  format(value: number): string;
  formatTick?(value: number): string;
  height?: number;
  fromZero?: boolean;
  /** Whether the last point is of a unit that is not over. */
  isRunning?: boolean;
  area?: boolean;
}

const PLACE = { top: 26, right: 12, bottom: 44, left: 60 };
const TIP_TOP = 8;

/** Lines over equal steps; the arrow keys and the pointer read them point by point, and a table gives them in full. */
export function LineChart(props: LineChartProps) {
  const [isTable, setTable] = useState(false);
  return (
    <div className="chart">
      <div className="chart-tools">
        <Legend lines={props.lines} />
        <SegmentedControl
          size="xs"
          aria-label={t.charts.shownAs}
          value={isTable ? "table" : "chart"}
          onChange={(value) => setTable(value === "table")}
          data={[
            { value: "chart", label: t.charts.chart },
            { value: "table", label: t.charts.table },
          ]}
        />
      </div>
      {isTable ? <LineTable {...props} /> : <Drawn {...props} />}
    </div>
  );
}

function Legend({ lines }: Pick<LineChartProps, "lines">) {
  if (lines.length < 2) {
    return <span />;
  }
  return (
    <ul className="legend">
      {lines.map(({ key, label, color, dashed }) => (
        <li key={key}>
          <span className="swatch" style={{ background: color, height: dashed ? 2 : undefined }} aria-hidden="true" /> {label}
        </li>
      ))}
    </ul>
  );
}

function Drawn({ label, points, xTitle, yTitle, lines, format, formatTick = format, height = 264, fromZero = true, isRunning = false, area = false }: LineChartProps) {
  const { ref, width, isKnown } = useWidth();
  const [active, setActive] = useState<number | null>(null);
  const [pointer, setPointer] = useState<At | null>(null);
  const id = useId();
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const [low, high] = [Math.min(...values, ...(fromZero ? [0] : [])), Math.max(...values, ...(fromZero ? [0] : []))];
  const x = scaleLinear({ domain: [0, Math.max(points.length - 1, 1)], range: [PLACE.left, width - PLACE.right] });
  const y = scaleLinear({ domain: [low, high === low ? low + 1 : high], range: [height - PLACE.bottom, PLACE.top], nice: 4 });
  const every = Math.ceil(points.length / Math.max(Math.floor((width - PLACE.left) / 92), 1));
  const nearest = (event: PointerEvent<SVGSVGElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    setActive(Math.min(Math.max(Math.round(x.invert(event.clientX - left)), 0), points.length - 1));
    setPointer({ x: event.clientX - left, y: event.clientY - top });
  };
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) {
      event.preventDefault();
      setPointer(null);
      setActive((before) => Math.min(Math.max((before ?? (by > 0 ? -1 : points.length)) + by, 0), points.length - 1));
    }
  };
  return (
    <div ref={ref} className="drawn">
      <p className="hidden readout" id={id} aria-live="polite">
        {active !== null && <Readout point={points[active]!} active={active} lines={lines} format={format} />}
      </p>
      {isKnown && (
        <svg
          width={width}
          height={height}
          role="application"
          aria-label={t.charts.label(label)}
          aria-describedby={id}
          tabIndex={0}
          onPointerMove={nearest}
          onPointerLeave={() => setActive(null)}
          onKeyDown={step}
          onBlur={() => setActive(null)}
        >
          {yTitle && (
            <text className="axis-title" x={0} y={10}>
              {yTitle}
            </text>
          )}
          {xTitle && (
            <text className="axis-title" x={width - PLACE.right} y={height - 4} textAnchor="end">
              {xTitle}
            </text>
          )}
          {y.ticks(4).map((tick) => (
            <g key={tick} className="tick">
              <line x1={PLACE.left} x2={width - PLACE.right} y1={y(tick)} y2={y(tick)} />
              <text x={PLACE.left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
                {formatTick(tick)}
              </text>
            </g>
          ))}
          {points.map(
            (point, index) =>
              (points.length - 1 - index) % every === 0 && (
                <text
                  key={point}
                  className="axis"
                  x={Math.min(x(index), width - 42)}
                  y={height - 24}
                  textAnchor="middle"
                >
                  {point}
                </text>
              ),
          )}
          {area && lines[0] && <path className="area" d={areaOf(lines[0].values, x, y)} fill={lines[0].color} />}
          {lines.map(({ key, values: own, color, dashed }) => (
            <g key={key} stroke={color} fill="none" strokeWidth={2} strokeDasharray={dashed ? "5 4" : undefined}>
              <path d={pathOf(isRunning ? own.slice(0, -1) : own, x, y)} />
              {isRunning && <path d={lastStep(own, x, y)} strokeDasharray="3 4" />}
              {own.length === 1 && own[0] !== null && <circle cx={x(0)} cy={y(own[0]!)} r={3} fill={color} />}
            </g>
          ))}
          {active !== null && (
            <g className="cross">
              <line x1={x(active)} x2={x(active)} y1={PLACE.top} y2={height - PLACE.bottom} />
              {lines.map(({ key, values: own, color }) => {
                const value = own[active];
                return value === null || value === undefined ? null : (
                  <circle key={key} cx={x(active)} cy={y(value)} r={4} fill={color} />
                );
              })}
            </g>
          )}
        </svg>
      )}
      <p className="hint" aria-hidden="true">
        {t.charts.hint}
      </p>
      {active !== null && (
        <Tip at={pointer ?? { x: x(active), y: TIP_TOP }} within={width}>
          <Readout point={points[active]!} active={active} lines={lines} format={format} />
        </Tip>
      )}
    </div>
  );
}

interface ReadoutProps extends Pick<LineChartProps, "lines" | "format"> {
  point: string;
  active: number;
}

/** One point of all lines. */
function Readout({ point, active, lines, format }: ReadoutProps) {
  return (
    <>
      <strong>{point}</strong>
      {lines.map(({ key, label, color, values }) => {
        const value = values[active];
        return (
          <span key={key}>
            {" "}
            <i className="swatch" style={{ background: color }} />
            {lines.length > 1 && `${label} `}
            <b>{value === null || value === undefined ? "–" : format(value)}</b>
          </span>
        );
      })}
    </>
  );
}

type Scale = (value: number) => number;

function pathOf(values: (number | null)[], x: Scale, y: Scale): string {
  let isDown = false;
  return values
    .map((value, index) => {
      if (value === null) {
        isDown = false;
        return "";
      }
      const command = `${isDown ? "L" : "M"}${x(index).toFixed(1)},${y(value).toFixed(1)}`;
      isDown = true;
      return command;
    })
    .join("");
}

function areaOf(values: (number | null)[], x: Scale, y: Scale): string {
  if (values.some((value) => value === null) || values.length < 2) {
    return "";
  }
  return `${pathOf(values, x, y)}L${x(values.length - 1)},${y(0)}L${x(0)},${y(0)}Z`;
}

function lastStep(values: (number | null)[], x: Scale, y: Scale): string {
  const index = values.length - 1;
  const [from, to] = [values[index - 1], values[index]];
  return from == null || to == null ? "" : `M${x(index - 1)},${y(from)}L${x(index)},${y(to)}`;
}

function LineTable({ label, points, lines, format }: LineChartProps) {
  return (
    <div className="scroll tall" tabIndex={0} role="group" aria-label={label}>
      <table className="plain">
        <caption className="hidden">{label}</caption>
        <thead>
          <tr>
            <td />
            {lines.map(({ key, label: name }) => (
              <th key={key} scope="col" className="right">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((point, index) => (
            <tr key={point}>
              <th scope="row">{point}</th>
              {lines.map(({ key, values }) => {
                const value = values[index];
                return (
                  <td key={key} className="right">
                    {value === null || value === undefined ? "–" : format(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
