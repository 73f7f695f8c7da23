export type Scale = (value: number) => number;

type Values = readonly (number | null)[];

const pointOf = (index: number, value: number, at: Scale, y: Scale) => `${at(index).toFixed(1)},${y(value).toFixed(1)}`;

/**
 * The steps from point to point as two paths: those between units that are over, and those that begin or end at one
 * that is not whole, which are drawn dashed: what is short of a whole unit is no rise and no fall.
 */
export function pathsOf(values: Values, isPartial: (index: number) => boolean, at: Scale, y: Scale): { whole: string; partial: string } {
  const paths = { whole: "", partial: "" };
  let last: { kind: "whole" | "partial"; index: number } | null = null;
  for (let index = 1; index < values.length; index++) {
    const [from, to] = [values[index - 1], values[index]];
    if (from == null || to == null) {
      continue;
    }
    const kind: "whole" | "partial" = isPartial(index - 1) || isPartial(index) ? "partial" : "whole";
    const goesOn: boolean = last !== null && last.kind === kind && last.index === index - 1;
    paths[kind] += `${goesOn ? "" : `M${pointOf(index - 1, from, at, y)}`}L${pointOf(index, to, at, y)}`;
    last = { kind, index };
  }
  return paths;
}

/** The points that no line goes through, as nothing stands beside them. */
export function aloneIn(values: Values): number[] {
  return values.flatMap((value, index) => (value !== null && values[index - 1] == null && values[index + 1] == null ? [index] : []));
}

/** The ground below the first line; none where it has a gap. */
export function areaOf(values: Values, at: Scale, y: Scale): string {
  if (values.length < 2 || values.some((value) => value === null)) {
    return "";
  }
  const top = values.map((value, index) => pointOf(index, value!, at, y)).join("L");
  return `M${top}L${at(values.length - 1).toFixed(1)},${y(0).toFixed(1)}L${at(0).toFixed(1)},${y(0).toFixed(1)}Z`;
}

/** The index of the point that is nearest to a place. */
export function nearestTo(place: number, places: readonly number[]): number {
  const distances = places.map((one) => Math.abs(one - place));
  return distances.indexOf(Math.min(...distances));
}
