// The application on the imported Online Retail shop, whose last sale is of 2011, with a pasted token.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { ask, closeAll, count, figure, loaded, money, PAGES, place, settled, TOKEN, visit } from "./base.mjs";
import { walk } from "./figures.mjs";

after(closeAll);

async function signedIn(path, token = TOKEN) {
  const visited = await visit(path);
  await visited.page.getByLabel("Token", { exact: false }).first().fill(token);
  await visited.page.getByRole("button", { name: "Sign in" }).click();
  return visited;
}

test("a pasted token opens the shop at its last day, and today is one click away", async () => {
  const { segmentation } = await ask('{ segmentation(asOf: "2011-12-09") { totalCustomers revenue } }');
  const { page, problems, close } = await signedIn("/segmentation?days=90");
  await loaded(page);
  await page.getByText("No sale in the last 90 days.", { exact: false }).waitFor();
  assert.equal(await figure(page, "Customers"), count(segmentation.totalCustomers));
  assert.equal(await figure(page, "Revenue"), money(segmentation.revenue, "GBP"));
  await page.getByRole("button", { name: "Look from today" }).click();
  await page.getByText("No sales in this period").waitFor();
  assert.deepEqual(problems, []);
  await close();
});

for (const [name, path] of Object.entries(PAGES)) {
  test(`${name} works on a real shop`, async () => {
    const { page, problems, close } = await signedIn(path);
    await loaded(page);
    await settled(page);
    assert.equal(await page.getByRole("alert").count(), 0);
    assert.deepEqual(problems, []);
    await close();
  });
}

test("what a customer bought last", async () => {
  const { customer } = await ask('{ customer(by: { number: "12748" }) { sales(first: 1) { nodes { total items { product } } } } }');
  const { page, close } = await signedIn("/customers/12748");
  await loaded(page);
  await page.getByText(customer.sales.nodes[0].items[0].product).first().waitFor();
  await page.getByText(money(customer.sales.nodes[0].total, "GBP")).first().waitFor();
  await close();
});

test("a token that does not hold any more leads back to signing in, with the reason", async () => {
  const { page, close } = await signedIn("/", "not.a.token");
  await page.getByRole("alert").waitFor();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await close();
});

for (const [role, token] of [["a manager", TOKEN], ["a viewer without personal data", place.VIEWER]]) {
  test(`every figure of a real shop that stands twice is the API's, for ${role}`, () =>
    walk({ token, days: ["2011-12-09", "2011-11-15", "2011-08-20"], currency: "GBP" }));
}
