import { SegmentedControl } from "@mantine/core";
import { scaleLinear } from "@visx/scale";
import { type KeyboardEvent, type PointerEvent, useId, useState } from "react";

import { t } from "../../texts";
import { Legend } from "./legend";
import { aloneIn, areaOf, nearestTo, pathsOf } from "./paths";
import { type At, Tip } from "./tip";
import { useWidth } from "./width";

export interface Line {
  key: string;
  label: string;
  color: string;
  /** One for each of the chart's points, null where there is none. */
  values: (number | null)[];
  dashed?: boolean;
  /** Its own points, where they are not the chart's: what they are called, where they stand, which are not whole. */
  points?: string[];
  days?: string[];
  partial?: readonly boolean[];
}

interface LineChartProps {
  /** What is shown, for those who hear the page. */
  label: string;
  points: string[];
  /** The days of the points, which then stand as far apart as these; else all stand alike. */
  days?: string[];
  /** What the axes are of. */
  xTitle?: string;
  yTitle?: string;
  lines: Line[];
  format(value: number): string;
  formatTick?(value: number): string;
  height?: number;
  fromZero?: boolean;
  /** Whether a point is of a unit that the period cuts or that is not over. */
  partial?: readonly boolean[];
  area?: boolean;
  /** How many points may lie between two that are named on the axis, few first; else any number. */
  strides?: readonly number[];
}

const PLACE = { top: 26, right: 12, bottom: 44, left: 60 };
const TIP_TOP = 8;
const LABEL_WIDTH = 92;
const LETTER_HALF = 3.6;

/** Lines over time or equal steps; the arrow keys and the pointer read them point by point, and a table gives them in full. */
export function LineChart(props: LineChartProps) {
  const [isTable, setTable] = useState(false);
  const [alone, show] = useState<string | null>(null);
  const shown = props.lines.filter(({ key }) => alone === null || alone === key);
  return (
    <div className="chart">
      <div className="chart-tools">
        <Legend lines={props.lines} alone={alone} show={show} />
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
      {isTable ? <LineTable {...props} /> : <Drawn {...props} lines={shown.length > 0 ? shown : props.lines} />}
    </div>
  );
}

function Drawn({ label, points, days, xTitle, yTitle, lines, format, formatTick = format, height = 264, fromZero = true, partial = [], area = false, strides = [] }: LineChartProps) {
  const { ref, width, isKnown } = useWidth();
  const [active, setActive] = useState<number | null>(null);
  const [pointer, setPointer] = useState<At | null>(null);
  const id = useId();
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const [low, high] = [Math.min(...values, ...(fromZero ? [0] : [])), Math.max(...values, ...(fromZero ? [0] : []))];
  const steps = stepsOf(days, points);
  const stepsFor = (line: Line) => (line.days ? stepsOf(line.days, points) : steps);
  const all = lines.flatMap(stepsFor);
  const [first, last] = [Math.min(...all), Math.max(...all)];
  const x = scaleLinear({ domain: [first, last > first ? last : first + 1], range: [PLACE.left, width - PLACE.right] });
  const placing = (own: number[]) => (index: number) => x(own[index] ?? first);
  const at = placing(steps);
  const y = scaleLinear({ domain: [low, high === low ? low + 1 : high], range: [height - PLACE.bottom, PLACE.top], nice: 4 });
  const least = Math.ceil(points.length / Math.max(Math.floor((width - PLACE.left) / LABEL_WIDTH), 1));
  const every = strides.find((stride) => stride >= least) ?? least;
  const nearest = (event: PointerEvent<SVGSVGElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    setActive(nearestTo(x.invert(event.clientX - left), steps));
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
        {active !== null && <Readout {...{ points, days, lines, format, partial, active }} />}
      </p>
      {isKnown && (
        <svg
          viewBox={`0 0 ${width} ${height}`}
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
                  x={Math.min(at(index), width - LETTER_HALF * point.length)}
                  y={height - 24}
                  textAnchor="middle"
                >
                  {point}
                </text>
              ),
          )}
          {area && lines[0] && <path className="area" d={areaOf(lines[0].values, placing(stepsFor(lines[0])), y)} fill={lines[0].color} />}
          {lines.toReversed().map((line) => {
            const { key, values: own, color, dashed, partial: ownPartial = partial } = line;
            const place = placing(stepsFor(line));
            const { whole, partial: broken } = pathsOf(own, (index) => ownPartial[index] === true, place, y);
            return (
              <g key={key} stroke={color} fill="none" strokeWidth={2} strokeDasharray={dashed ? "5 4" : undefined}>
                <path d={whole} />
                <path d={broken} strokeDasharray="3 4" />
                {aloneIn(own).map((index) => (
                  <circle key={index} cx={place(index)} cy={y(own[index]!)} r={3} fill={color} />
                ))}
              </g>
            );
          })}
          {active !== null && (
            <g className="cross">
              <line x1={at(active)} x2={at(active)} y1={PLACE.top} y2={height - PLACE.bottom} />
              {lines.map((line) => {
                const own = stepsFor(line);
                const index = nearestTo(steps[active]!, own);
                const value = line.values[index];
                return value === null || value === undefined ? null : <circle key={line.key} cx={x(own[index]!)} cy={y(value)} r={4} fill={line.color} />;
              })}
            </g>
          )}
        </svg>
      )}
      <p className="hint" aria-hidden="true">
        {t.charts.hint}
      </p>
      {active !== null && (
        <Tip at={pointer ?? { x: at(active), y: TIP_TOP }} within={width}>
          <Readout {...{ points, days, lines, format, partial, active }} />
        </Tip>
      )}
    </div>
  );
}

/** Where points stand: by their days, else in equal steps. */
function stepsOf(days: string[] | undefined, points: string[]): number[] {
  return days ? days.map((day) => Date.parse(day)) : points.map((_, index) => index);
}

interface ReadoutProps extends Pick<LineChartProps, "points" | "lines" | "format" | "partial"> {
  days: string[] | undefined;
  active: number;
}

/** One point of all lines. */
function Readout({ points, days, active, lines, format, partial }: ReadoutProps) {
  return (
    <>
      <strong>{points[active]}</strong>
      {partial?.[active] && ` ${t.charts.partial}`}
      {lines.map(({ key, label, color, values, points: own, days: ownDays }) => {
        const place = ownDays && days ? nearestTo(Date.parse(days[active]!), stepsOf(ownDays, points)) : active;
        const value = values[place];
        return (
          <span key={key}>
            {" "}
            <i className="swatch" style={{ "--swatch": color } as React.CSSProperties} />
            {lines.length > 1 && `${own?.[place] ?? label} `}
            <b>{value === null || value === undefined ? "–" : format(value)}</b>
          </span>
        );
      })}
    </>
  );
}

function LineTable({ label, points, lines, format, partial = [] }: LineChartProps) {
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
              <th scope="row">
                {point}
                {partial[index] && <span className="number">{t.charts.partial}</span>}
              </th>
              {lines.map(({ key, values, points: own }) => {
                const value = values[index];
                return (
                  <td key={key} className="right">
                    {own?.[index] && own[index] !== point && <span className="number">{own[index]} </span>}
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
