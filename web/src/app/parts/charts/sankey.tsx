import { sankey, sankeyJustify, sankeyLinkHorizontal } from "@visx/sankey";
import { useState } from "react";

import { useWidth } from "./width";

interface End {
  key: string;
  name: string;
  color: string;
  /** Its place from the top. */
  order: number;
}

export interface Flow {
  from: End;
  to: End;
  value: number;
  label: string;
  open(): void;
}

interface SankeyProps {
  label: string;
  flows: Flow[];
  format(value: number): string;
}

interface NodeDatum {
  id: string;
  name: string;
  color: string;
  side: "from" | "to";
  order: number;
}

interface LinkDatum {
  flow: Flow;
}

const HEIGHT = 460;
const BAR = 10;

/** Flows from the left to the right; each can be opened, by keyboard too. */
export default function Sankey({ label, flows, format }: SankeyProps) {
  const { ref, width, isKnown } = useWidth(200);
  const [active, setActive] = useState<string | null>(null);
  const margin = width > 560 ? 150 : width * 0.36;
  const { nodes, links } = layout(flows, width, margin);
  const path = sankeyLinkHorizontal<NodeDatum, LinkDatum>();
  return (
    <div ref={ref} className="chart">
      <p className="readout" aria-live="polite">
        {active}
      </p>
      {isKnown && (
        <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} role="group" aria-label={label}>
          {links.map((link) => (
            <path
              key={link.flow.label}
              d={path(link) ?? ""}
              className="flow"
              stroke={link.flow.from.color}
              strokeWidth={Math.max(link.width ?? 1, 1)}
              fill="none"
              role="button"
              tabIndex={0}
              aria-label={link.flow.label}
              onPointerEnter={() => setActive(link.flow.label)}
              onPointerLeave={() => setActive(null)}
              onFocus={() => setActive(link.flow.label)}
              onBlur={() => setActive(null)}
              onClick={link.flow.open}
              onKeyDown={(event) => {
                if (event.key === "Enter" || event.key === " ") {
                  event.preventDefault();
                  link.flow.open();
                }
              }}
            />
          ))}
          {nodes.map(({ id, name, color, side, x0 = 0, x1 = 0, y0 = 0, y1 = 0, value = 0 }) => (
            <g key={id} aria-hidden="true">
              <rect x={x0} y={y0} width={x1 - x0} height={Math.max(y1 - y0, 1)} fill={color} rx={2} />
              {y1 - y0 > 7 && (
                <text
                  className="axis"
                  x={side === "from" ? x0 - 6 : x1 + 6}
                  y={(y0 + y1) / 2}
                  dy="0.32em"
                  textAnchor={side === "from" ? "end" : "start"}
                >
                  {width > 560 ? `${name} ${format(value)}` : name}
                </text>
              )}
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}

function layout(flows: Flow[], width: number, margin: number) {
  const ends = new Map<string, NodeDatum>();
  for (const { from, to } of flows) {
    ends.set(`from ${from.key}`, { id: `from ${from.key}`, name: from.name, color: from.color, side: "from", order: from.order });
    ends.set(`to ${to.key}`, { id: `to ${to.key}`, name: to.name, color: to.color, side: "to", order: to.order });
  }
  return sankey<NodeDatum, LinkDatum>()
    .nodeId(({ id }) => id)
    .nodeAlign(sankeyJustify)
    .nodeSort((one, other) => one.order - other.order)
    .nodeWidth(BAR)
    .nodePadding(8)
    .extent([
      [margin, 4],
      [width - margin, HEIGHT - 4],
    ])({
    nodes: [...ends.values()],
    links: flows.map((flow) => ({
      source: `from ${flow.from.key}`,
      target: `to ${flow.to.key}`,
      value: flow.value,
      flow,
    })),
  });
}
