// The cohorts: what a cell tells, the average of all, and one stop of Tab for hundreds of cells.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { ask, closeAll, count, loaded, money, percent, visit } from "./base.mjs";

after(closeAll);

const asked = () => ask("{ retention { cohorts { key size periods { period customerCount retention complete revenue } } } }");
const whole = (value) => new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 0 }).format(value / 100);

test("the arrow keys go from cell to cell, each of which tells what it counts; the grid is one stop of Tab", async () => {
  const { retention } = await asked();
  const { page, problems, close } = await visit("/retention");
  await loaded(page);
  const grid = page.getByRole("grid", { name: "Cohorts" });
  assert.equal(await grid.locator("button[tabindex='0']").count(), 1);
  await grid.locator("button[tabindex='0']").focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
  const { periods, size } = retention.cohorts[2];
  const tip = page.locator(".tip");
  const told = await tip.innerText();
  assert.ok(told.includes(`${count(periods[3].customerCount)} of ${count(size)} customers, ${percent(periods[3].retention)}`), told);
  assert.ok(told.includes(money(periods[3].revenue)), told);
  await page.keyboard.press("End");
  assert.ok((await tip.innerText()).includes("This period is not over"));
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await page.waitForURL(/open=cohort/);
  assert.deepEqual(problems, []);
  await close();
});

test("the average of rates weighs cohorts by their size, and leaves out what is not over", async () => {
  const { retention } = await asked();
  const over = retention.cohorts.filter(({ periods }) => periods[1]?.complete);
  const rate = (100 * over.reduce((sum, { periods }) => sum + periods[1].customerCount, 0)) / over.reduce((sum, { size }) => sum + size, 0);
  const { page, close } = await visit("/retention");
  await loaded(page);
  assert.equal(await page.locator("tfoot .average").nth(1).innerText(), whole(rate));
  await close();
});
