/** Numbers, money and days in words: in the reader's language, the business's currency and zone. */
export interface Formats {
  money(value: string | number | null | undefined): string;
  /** In whole units, for columns of large amounts. */
  wholeMoney(value: string | number | null | undefined): string;
  /** Without minor units, short where it is large: for axes. */
  shortMoney(value: number): string;
  count(value: number | string | null | undefined): string;
  number(value: number | null | undefined, digits?: number): string;
  /** With as many digits as it has. */
  quantity(value: number | string): string;
  /** Of a value that is 0 to 100. */
  percent(value: number | null | undefined, digits?: number): string;
  /** The same with its sign: a change. */
  change(value: number | null | undefined): string;
  /** Of a calendar day like 2011-12-09, which no time zone moves. */
  day(value: string | null | undefined): string;
  /** Two days as one text: 1 Sept – 29 Nov 2026. */
  days(start: string, end: string): string;
  /** The same, without the year where both are of this one. */
  shortDays(start: string, end: string, now?: Date): string;
  month(value: string): string;
  /** The name of a month, 1 to 12. */
  monthName(month: number, width?: "short" | "long"): string;
  /** Of a moment, in the business's zone. */
  moment(value: string | null | undefined): string;
  /** How long ago a moment was: 3 minutes ago. */
  ago(value: string, now: number): string;
}

export const NOTHING = "–";

const AGO = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

export function formatsOf(locale: string | undefined, currency: string, timeZone: string): Formats {
  const money = new Intl.NumberFormat(locale, { style: "currency", currency });
  const wholeMoney = new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 0 });
  const shortMoney = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    notation: "compact",
    maximumFractionDigits: 1,
    minimumFractionDigits: 0,
  });
  const count = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const quantity = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
  const dayFormat = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const shortDayFormat = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  const monthFormat = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone });

  return {
    // A decimal text keeps every digit; so does the formatter.
    money: (value) => (value === null || value === undefined ? NOTHING : money.format(value as number)),
    wholeMoney: (value) => (value === null || value === undefined ? NOTHING : wholeMoney.format(value as number)),
    shortMoney: (value) => shortMoney.format(value),
    count: (value) => (value === null || value === undefined ? NOTHING : count.format(value as number)),
    number: (value, digits = 1) => orNothing(value, (v) => decimals(locale, digits).format(v)),
    quantity: (value) => quantity.format(value as number),
    percent: (value, digits = 1) => orNothing(value, (v) => percents(locale, digits, "auto").format(v / 100)),
    change: (value) => orNothing(value, (v) => percents(locale, 1, "exceptZero").format(v / 100)),
    day: (value) => (value ? dayFormat.format(dateOf(value)) : NOTHING),
    days: (start, end) => (start <= end ? dayFormat.formatRange(dateOf(start), dateOf(end)) : `${dayFormat.format(dateOf(start))} – ${dayFormat.format(dateOf(end))}`),
    shortDays: (start, end, now = new Date()) => {
      const year = String(now.getFullYear());
      const isNear = start.startsWith(year) && end.startsWith(year);
      return (isNear ? shortDayFormat : dayFormat).formatRange(dateOf(start), dateOf(end));
    },
    month: (value) => monthFormat.format(dateOf(value)),
    monthName: (month, width = "short") =>
      new Intl.DateTimeFormat(locale, { month: width, timeZone: "UTC" }).format(Date.UTC(2001, month - 1, 1)),
    moment: (value) => (value ? moment.format(new Date(value)) : NOTHING),
    ago: (value, now) => {
      const seconds = Math.max((now - Date.parse(value)) / 1000, 0);
      const [unit, length] = AGO.find(([, size]) => seconds >= size) ?? ["second", 1];
      return relative.format(-Math.floor(unit === "second" ? 0 : seconds / length), unit);
    },
  };
}

function orNothing(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? NOTHING : format(value);
}

function decimals(locale: string | undefined, digits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function percents(locale: string | undefined, digits: number, signDisplay: "auto" | "exceptZero"): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay });
}

/** Midnight of a calendar day in UTC. */
export function dateOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

export function daysBefore(day: string, days: number): string {
  return dayOf(new Date(dateOf(day).getTime() - days * 86_400_000));
}

/** The same day so many months before, clamped to the month's end. */
export function monthsBefore(day: string, months: number): string {
  const date = dateOf(day);
  const month = date.getUTCMonth() - months;
  const last = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  return dayOf(new Date(Date.UTC(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), last))));
}

const WEEKDAYS = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"] as const;

export type Weekday = (typeof WEEKDAYS)[number];

/** Whether a calendar unit that begins on the day in a report begins there in the calendar too, or is cut by the period. */
export function beginsWhole(day: string, unit: "DAILY" | "WEEKLY" | "MONTHLY", weekStart: Weekday): boolean {
  const date = dateOf(day);
  return unit === "DAILY" || (unit === "WEEKLY" ? WEEKDAYS[date.getUTCDay()] === weekStart : date.getUTCDate() === 1);
}

/** Today's calendar day in a zone. */
export function todayIn(timeZone: string, now = new Date()): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
}

/** Whether there is something to look for: a letter or a digit. */
export function isSearch(words: string): boolean {
  return /[\p{L}\p{N}]/u.test(words);
}

/** A word of the API like MOBILE_MONEY as a reader's. */
export function inWords(word: string | null | undefined): string {
  return word ? (word.charAt(0) + word.slice(1).toLowerCase()).replaceAll("_", " ") : NOTHING;
}
