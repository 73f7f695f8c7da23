import type { Address } from "../../address";
import type { Formats } from "../../format/formats";

export type Shown = NonNullable<Address["cells"]>;

export interface Cell {
  period: number;
  customerCount: number;
  retention: number | null;
  complete: boolean;
  revenue: string;
  cumulativeRevenuePerCustomer: string | null;
}

export interface CohortOf<Held extends Cell> {
  size: number;
  periods: readonly Held[];
}

/** What a cell shows. */
export function numberOf(cell: Cell, shown: Shown): number | null {
  switch (shown) {
    case "rate":
      return cell.retention;
    case "customers":
      return cell.customerCount;
    case "revenue":
      return Number(cell.revenue);
    case "cumulative":
      return cell.cumulativeRevenuePerCustomer === null ? null : Number(cell.cumulativeRevenuePerCustomer);
  }
}

export function textOf(value: number | null, shown: Shown, formats: Formats): string {
  if (shown === "rate") {
    return formats.percent(value, 0);
  }
  return shown === "customers" ? formats.count(value) : formats.wholeMoney(value);
}

/** The most that a cell after the first period shows: the first, where everybody bought, would leave the others pale. */
export function mostOf(cohorts: readonly CohortOf<Cell>[], shown: Shown): number {
  const later = cohorts.flatMap(({ periods }) => periods.filter(({ period }) => period > 0));
  return Math.max(...later.map((cell) => numberOf(cell, shown) ?? 0), 0) || 1;
}

/**
 * Of each period the average of the cohorts that have had it in full: rates and what a customer brought weighted by the
 * cohorts' sizes, customers and revenue for each cohort. Null where no cohort has had it.
 */
export function averages(cohorts: readonly CohortOf<Cell>[], shown: Shown): (number | null)[] {
  const length = Math.max(...cohorts.map(({ periods }) => periods.length), 0);
  return Array.from({ length }, (_, period) => {
    const over = cohorts.filter(({ periods }) => periods[period]?.complete);
    const sum = (of: (cohort: CohortOf<Cell>) => number) => over.reduce((total, cohort) => total + of(cohort), 0);
    switch (shown) {
      case "rate":
        return share(100 * sum(({ periods }) => periods[period]!.customerCount), sum(({ size }) => size));
      case "customers":
        return share(sum(({ periods }) => periods[period]!.customerCount), over.length);
      case "revenue":
        return share(sum(({ periods }) => Number(periods[period]!.revenue)), over.length);
      case "cumulative":
        return share(sum(({ periods }) => revenueTo(periods, period)), sum(({ size }) => size));
    }
  });
}

const share = (whole: number, parts: number) => (parts > 0 ? whole / parts : null);
const revenueTo = (periods: readonly Cell[], last: number) =>
  periods.slice(0, last + 1).reduce((sum, { revenue }) => sum + Number(revenue), 0);

/** So many of a list, spread evenly over it, its first and last among them. */
export function spread<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) {
    return [...items];
  }
  return Array.from({ length: count }, (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))]!);
}
