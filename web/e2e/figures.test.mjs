// The same figure is the same wherever it stands, on three days and for two roles: eleven pages each, which takes its time.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { closeAll, loaded, place, visit } from "./base.mjs";
import { walk } from "./figures.mjs";

after(closeAll);

const today = new Date().toISOString().slice(0, 10);
const before = (days) => new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);
const DAYS = [today, before(45), before(300)];

for (const [role, token] of [["a manager", place.TOKEN], ["a viewer without personal data", place.VIEWER]]) {
  test(`every figure of the demo shop that stands twice is the API's, for ${role}`, () => walk({ token, days: DAYS, currency: "EUR" }));
}

test("what a role does not see says so in its place, without an alarm over what is there", async () => {
  const { page, problems, close } = await visit("/customers?columns=revenue.email.city");
  await page.getByLabel("Token", { exact: false }).first().fill(place.VIEWER);
  await page.getByRole("button", { name: "Sign in" }).click();
  await loaded(page);
  const first = page.getByRole("table").locator("tbody tr").first();
  assert.deepEqual(await first.locator("td").allInnerTexts().then((cells) => cells.slice(1)), ["hidden for your role", "hidden for your role"]);
  await first.getByRole("link").click();
  await page.getByText("hidden for your role").first().waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.deepEqual(problems, []);
  await close();
});
