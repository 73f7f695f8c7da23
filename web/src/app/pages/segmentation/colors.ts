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

export function colorOf(name: string | null, index: number): string {
  if (name === null) {
    return "var(--soft)";
  }
  return BY_NAME[name] ?? `var(--c${1 + (index % COLORS)})`;
}
