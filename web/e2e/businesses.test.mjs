// A demo store with two businesses.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { BASE, closeAll, figure, loaded, money, visit } from "./base.mjs";

after(closeAll);

/** Chooses a business; the page that the choice loads is waited for, as going elsewhere meanwhile may leave both unfinished. */
async function chosen(page, business) {
  await Promise.all([page.waitForEvent("load"), page.getByLabel("Business").selectOption(business)]);
  await loaded(page);
}

test("the reader switches between businesses, and what was asked of one is not asked of the other", async () => {
  const { page, problems, close } = await visit("/lifetime-value?basis=GROSS&open=value:x");
  await loaded(page);
  const business = page.getByLabel("Business");
  assert.equal(await business.inputValue(), "Demo");
  const demo = await figure(page, "Revenue");
  await page.getByRole("dialog").getByText("Nobody is here").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await chosen(page, "Corner shop");
  await page.getByText("Ada").first().waitFor();
  assert.equal(await figure(page, "Revenue"), money(19.75, "GBP"));
  assert.equal(new URL(page.url()).search, "");
  await page.getByRole("link", { name: "Customers", exact: true }).click();
  await page.getByText("2 customers", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("2 customers", { exact: true }).waitFor();
  await chosen(page, "Demo");
  await page.goto(`${BASE}/lifetime-value?basis=GROSS`);
  await loaded(page);
  assert.equal(await figure(page, "Revenue"), demo);
  assert.deepEqual(problems, []);
  await close();
});
