import { pathsOf } from "./paths";

const [WIDTH, HEIGHT, EDGE] = [120, 30, 3];

/** A number over time as a small line; what it says stands beside it in words. */
export function Spark({ values }: { values: number[] }) {
  if (values.length < 3) {
    return null;
  }
  const most = Math.max(...values, 1);
  const at = (index: number) => (index * WIDTH) / (values.length - 1);
  const y = (value: number) => HEIGHT - EDGE - (Math.max(value, 0) / most) * (HEIGHT - 2 * EDGE);
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={pathsOf(values, () => false, at, y).whole} fill="none" stroke="var(--c1)" strokeWidth="1.6" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
