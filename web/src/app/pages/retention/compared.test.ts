import { expect, test } from "vitest";

import { compared, type Held } from "./compared";

const cohort = (size: number, counts: number[], running = 0): Held => ({
  key: String(size),
  size,
  periods: counts.map((customerCount, period) => ({ customerCount, complete: period < counts.length - running })),
});

test("the mean share over the periods that both have had in full", () => {
  // 30 and 20 of 100 against 60 of 400 in the one period that is over for the other too
  expect(compared(cohort(100, [100, 30, 20]), cohort(400, [400, 60, 8], 1))).toEqual({
    first: 30,
    second: 15,
    periods: 1,
    isMoreThanChance: true, // 15 points against 2 x sqrt(0.3 x 0.7 / 100 + 0.15 x 0.85 / 400) = 9.8
  });
});

test("a difference within two standard errors is chance", () => {
  const found = compared(cohort(100, [100, 30, 40]), cohort(100, [100, 26, 34]));

  // 35 % and 30 %; 2 x sqrt(0.35 x 0.65 / 100 + 0.3 x 0.7 / 100) = 13.2 points
  expect(found?.first).toBeCloseTo(35);
  expect(found?.second).toBeCloseTo(30);
  expect(found?.periods).toBe(2);
  expect(found?.isMoreThanChance).toBe(false);
});

test("it is too early where no period after the first is over for both", () => {
  expect(compared(cohort(10, [10, 3]), cohort(10, [10, 1], 1))).toBeNull();
  expect(compared(cohort(10, [10, 3]), cohort(10, [10]))).toBeNull();
});
