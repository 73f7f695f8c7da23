import { dateOf, dayOf, daysBefore, monthsBefore } from "./formats";

/** Ranges that have a name; besides these there are so many days or months to the day, like 90d and 12m. */
export const NAMED_RANGES = ["today", "month", "last-month", "quarter", "last-quarter", "year", "last-year", "all"] as const;
const SPAN = /^([1-9]\d{0,3})([dm])$/;

/** So many days or months that end with the day. */
export type Span = { days: number } | { months: number };

export interface Days {
  start: string;
  end: string;
}

interface Chosen {
  range?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** Whether a word of an address names a range. */
export function isRange(word: string): boolean {
  return SPAN.test(word) || NAMED_RANGES.some((name) => name === word);
}

export function rangeOf(span: Span): string {
  return "days" in span ? `${span.days}d` : `${span.months}m`;
}

/** The days of a chosen range, seen from a day; `first` is the first day that the shop knows of. */
export function daysOf({ range, from, to }: Chosen, usual: Span, day: string, first: string | null): Days {
  if (from || to) {
    const end = to ?? day;
    return { start: from ?? named(rangeOf(usual), end, first).start, end };
  }
  return named(range ?? rangeOf(usual), day, first);
}

function named(range: string, day: string, first: string | null): Days {
  const [, count, unit] = SPAN.exec(range) ?? [];
  if (count) {
    const start = unit === "d" ? daysBefore(day, Number(count) - 1) : daysBefore(monthsBefore(day, Number(count)), -1);
    return { start, end: day };
  }
  const months = { month: 1, quarter: 3, year: 12 }[range.replace("last-", "")];
  if (!months) {
    return { start: range === "all" ? (first ?? day) : day, end: day };
  }
  const begun = beginningOf(day, months);
  return range.startsWith("last-") ? { start: monthsBefore(begun, months), end: daysBefore(begun, 1) } : { start: begun, end: day };
}

/** The first day of the month, quarter or year that the day is in. */
function beginningOf(day: string, months: number): string {
  const date = dateOf(day);
  return dayOf(new Date(Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / months) * months, 1)));
}

/** With which days the API compares a period. */
export function comparedWith({ start, end }: Days, comparison: "PREVIOUS_PERIOD" | "PREVIOUS_YEAR"): Days {
  if (comparison === "PREVIOUS_YEAR") {
    return { start: monthsBefore(start, 12), end: monthsBefore(end, 12) };
  }
  return { start: daysBefore(start, lengthOf({ start, end })), end: daysBefore(start, 1) };
}

export function lengthOf({ start, end }: Days): number {
  return Math.round((dateOf(end).getTime() - dateOf(start).getTime()) / 86_400_000) + 1;
}
