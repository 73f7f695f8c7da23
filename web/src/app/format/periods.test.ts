import { describe, expect, it } from "vitest";

import { comparedWith, daysOf, isRange, lengthOf } from "./periods";

const DAY = "2026-11-29";
const usual = { days: 90 };
const ranged = (range?: string) => daysOf({ range }, usual, DAY, "2024-03-05");

describe("ranges", () => {
  it("are so many days or months to the day, both inside", () => {
    expect(ranged()).toEqual({ start: "2026-09-01", end: DAY });
    expect(ranged("7d")).toEqual({ start: "2026-11-23", end: DAY });
    expect(ranged("12m")).toEqual({ start: "2025-11-30", end: DAY });
    expect(ranged("today")).toEqual({ start: DAY, end: DAY });
    expect(ranged("all")).toEqual({ start: "2024-03-05", end: DAY });
  });

  it("follow the calendar, as far as it has come", () => {
    expect(ranged("month")).toEqual({ start: "2026-11-01", end: DAY });
    expect(ranged("quarter")).toEqual({ start: "2026-10-01", end: DAY });
    expect(ranged("year")).toEqual({ start: "2026-01-01", end: DAY });
  });

  it("or are the whole one before", () => {
    expect(ranged("last-month")).toEqual({ start: "2026-10-01", end: "2026-10-31" });
    expect(ranged("last-quarter")).toEqual({ start: "2026-07-01", end: "2026-09-30" });
    expect(ranged("last-year")).toEqual({ start: "2025-01-01", end: "2025-12-31" });
  });

  it("or one's own, of which an end may be left out", () => {
    expect(daysOf({ range: "7d", from: "2026-01-05", to: "2026-02-01" }, usual, DAY, null)).toEqual({ start: "2026-01-05", end: "2026-02-01" });
    expect(daysOf({ to: "2026-03-31" }, usual, DAY, null)).toEqual({ start: "2026-01-01", end: "2026-03-31" });
    expect(daysOf({ from: "2026-11-01" }, usual, DAY, null)).toEqual({ start: "2026-11-01", end: DAY });
  });

  it("are known words only", () => {
    expect(["90d", "12m", "last-quarter", "0d", "90", "week", "99999d"].filter(isRange)).toEqual(["90d", "12m", "last-quarter"]);
  });
});

describe("what a period is compared with", () => {
  it("is as long and ends where it begins, or is the same a year earlier", () => {
    const period = { start: "2026-09-01", end: "2026-11-29" };
    expect(lengthOf(period)).toBe(90);
    expect(comparedWith(period, "PREVIOUS_PERIOD")).toEqual({ start: "2026-06-03", end: "2026-08-31" });
    expect(comparedWith(period, "PREVIOUS_YEAR")).toEqual({ start: "2025-09-01", end: "2025-11-29" });
    expect(comparedWith({ start: "2024-02-29", end: "2024-02-29" }, "PREVIOUS_YEAR")).toEqual({ start: "2023-02-28", end: "2023-02-28" });
  });
});
