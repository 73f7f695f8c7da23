import { describe, expect, it } from "vitest";

import { beginsWhole, daysBefore, formatsOf, inWords, monthsBefore, todayIn } from "./formats";

const british = formatsOf("en-GB", "GBP", "Europe/London");

describe("formats", () => {
  it("shows money with every digit of a decimal text", () => {
    expect(british.money("1977349.97")).toBe("£1,977,349.97");
    expect(british.money("-0.01")).toBe("-£0.01");
    expect(british.money(null)).toBe("–");
  });

  it("takes the minor units of the currency, and the language of the reader", () => {
    expect(formatsOf("en-GB", "JPY", "Asia/Tokyo").money("1200")).toBe("JP¥1,200");
    expect(formatsOf("de-DE", "EUR", "Europe/Berlin").money("1234.5")).toBe("1.234,50\u00a0€");
  });

  it("takes percentages as 0 to 100", () => {
    expect(british.percent(37.46)).toBe("37.5%");
    expect(british.change(101.34)).toBe("+101.3%");
    expect(british.change(-5)).toBe("-5.0%");
    expect(british.percent(25)).toBe("25.0%");
    expect(british.percent(25, 0)).toBe("25%");
    expect(british.change(null)).toBe("–");
  });

  it("moves no calendar day by a zone, and every moment", () => {
    expect(formatsOf("en-GB", "USD", "Pacific/Honolulu").day("2011-12-09")).toBe("9 Dec 2011");
    expect(formatsOf("en-GB", "USD", "Pacific/Auckland").moment("2026-03-05T12:00:00Z")).toContain("6 Mar 2026");
  });
});

describe("moments", () => {
  it("are told by how long ago they were", () => {
    const now = Date.parse("2026-11-29T12:00:00Z");
    const told = ["2026-11-29T11:59:40Z", "2026-11-29T11:56:50Z", "2026-11-29T09:00:00Z", "2026-11-27T11:00:00Z", "2026-11-29T12:00:05Z"];
    expect(told.map((moment) => british.ago(moment, now))).toEqual(["now", "3 minutes ago", "3 hours ago", "2 days ago", "now"]);
  });

  it("of two days are one text", () => {
    expect(british.days("2026-09-01", "2026-11-29")).toMatch(/^1 Sept?\s–\s29 Nov 2026$/);
    expect(british.shortDays("2026-06-03", "2026-08-31", new Date("2026-11-29"))).toMatch(/^3 Jun\s–\s31 Aug$/);
    expect(british.shortDays("2025-12-03", "2026-01-31", new Date("2026-11-29"))).toMatch(/^3 Dec 2025\s–\s31 Jan 2026$/);
    expect(british.days("2026-05-01", "2026-04-01")).toBe("1 May 2026 – 1 Apr 2026");
  });
});

describe("days", () => {
  it("begin a unit or are cut out of one", () => {
    expect(beginsWhole("2026-11-23", "WEEKLY", "MONDAY")).toBe(true);
    expect(beginsWhole("2026-11-23", "WEEKLY", "SUNDAY")).toBe(false);
    expect(beginsWhole("2026-11-01", "MONTHLY", "MONDAY")).toBe(true);
    expect(beginsWhole("2026-11-02", "MONTHLY", "MONDAY")).toBe(false);
    expect(beginsWhole("2026-11-02", "DAILY", "SUNDAY")).toBe(true);
  });

  it("counts back", () => {
    expect(daysBefore("2026-03-01", 1)).toBe("2026-02-28");
    expect(monthsBefore("2026-03-31", 1)).toBe("2026-02-28");
    expect(monthsBefore("2026-01-15", 12)).toBe("2025-01-15");
  });

  it("knows today in a zone", () => {
    const now = new Date("2026-11-21T23:30:00Z");
    expect(todayIn("Europe/Paris", now)).toBe("2026-11-22");
    expect(todayIn("America/New_York", now)).toBe("2026-11-21");
  });
});

it("words", () => {
  expect(inWords("MOBILE_MONEY")).toBe("Mobile money");
});
