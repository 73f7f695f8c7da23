/** A segment keeps its colour wherever it is shown; the same kind has the same in all schemes. */
const BY_NAME: Record<string, string> = {
  Champions: "var(--c1)",
  Champion: "var(--c1)",
  "Loyal Customers": "var(--c2)",
  Loyal: "var(--c2)",
  "Potential Loyalists": "var(--c3)",
  "Potential Loyalist": "var(--c3)",
  "New Customers": "var(--c8)",
  "New Customer": "var(--c8)",
  Promising: "var(--c11)",
  "At Risk": "var(--c4)",
  "Can't Lose Them": "var(--c5)",
  "Need Attention": "var(--c10)",
  "About to Sleep": "var(--c6)",
  Hibernating: "var(--c7)",
  Lost: "var(--c9)",
};
const COLORS = 11;
const MOST = 6;

/** What is not among those with a colour of their own. */
export const REST = "var(--rest)";

interface Segment {
  code: string;
  name: string;
  customerCount: number;
}

/** The colours of the segments of a page by their codes: the six with most customers have their own, the rest are grey. */
export function colorsOf(segments: readonly Segment[]): Map<string, string> {
  const largest = segments.toSorted((one, other) => other.customerCount - one.customerCount).slice(0, MOST);
  return new Map(
    segments.map((segment, index) => [segment.code, largest.includes(segment) ? (BY_NAME[segment.name] ?? `var(--c${1 + (index % COLORS)})`) : REST]),
  );
}
