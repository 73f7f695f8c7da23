import { expect, test } from "vitest";

import { averages, type Cell, mostOf, spread } from "./measure";

const cell = (period: number, customerCount: number, size: number, revenue: number, complete = true): Cell => ({
  period,
  customerCount,
  retention: (100 * customerCount) / size,
  complete,
  revenue: String(revenue),
  cumulativeRevenuePerCustomer: null,
});

const cohorts = [
  { size: 100, periods: [cell(0, 100, 100, 1000), cell(1, 50, 100, 500), cell(2, 20, 100, 200)] },
  { size: 300, periods: [cell(0, 300, 300, 6000), cell(1, 30, 300, 900)] },
  { size: 50, periods: [cell(0, 50, 50, 400), cell(1, 40, 50, 300, false)] },
];

test("rates are weighted by the cohorts' sizes, and leave out what is not over", () => {
  // 450 of 450; 50 + 30 of 100 + 300; 20 of 100
  expect(averages(cohorts, "rate")).toEqual([100, 20, 20]);
});

test("customers and revenue are for each cohort", () => {
  expect(averages(cohorts, "customers")).toEqual([150, 40, 20]);
  expect(averages(cohorts, "revenue")).toEqual([7400 / 3, 700, 200]);
});

test("what a customer brought to date is the revenue of all over all customers", () => {
  // 7,400 of 450; 1,500 + 6,900 of 400; 1,700 of 100
  expect(averages(cohorts, "cumulative")).toEqual([7400 / 450, 21, 17]);
});

test("the colours' scale leaves the first period out", () => {
  expect(mostOf(cohorts, "rate")).toBe(80);
  expect(mostOf(cohorts, "revenue")).toBe(900);
  expect(mostOf([{ size: 1, periods: [cell(0, 1, 1, 5)] }], "rate")).toBe(1);
});

test("a few of many are spread evenly, the first and the last among them", () => {
  expect(spread([1, 2, 3], 6)).toEqual([1, 2, 3]);
  expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 6)).toEqual([0, 2, 4, 6, 8, 10]);
});
