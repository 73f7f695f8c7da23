// The pages of what surrounds customers: where they come from, what they owe, and how good the data are.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { ask, BASE, closeAll, count, figure, loaded, money, visit } from "./base.mjs";

after(closeAll);

test("the source that brings the best customers is told, found by sorting, and opens to its customers", async () => {
  const { acquisition } = await ask("{ acquisition { totalNew bySource { key customers avgClv } } }");
  const best = acquisition.bySource.toSorted((one, other) => Number(other.avgClv) - Number(one.avgClv))[0];
  const { page, problems, close } = await visit("/acquisition");
  await loaded(page);
  assert.equal(await figure(page, "Customers who joined"), count(acquisition.totalNew));
  assert.equal(await figure(page, "Best source"), best.key);
  const sources = page.getByRole("table", { name: "Sources" });
  await sources.getByRole("button", { name: "Revenue per customer" }).click();
  const first = sources.locator("tbody tr").first();
  assert.ok((await first.innerText()).includes(money(best.avgClv)));
  assert.equal(await sources.locator("th[aria-sort=descending]").innerText(), "Revenue per customer\u00a0↓");
  await first.locator("td").last().click();
  await page.waitForURL((url) => url.pathname === "/customers" && url.searchParams.get("source") === best.key);
  assert.deepEqual(problems, []);
  await close();
});

test("what is owed is told by age, and who owes most comes first", async () => {
  const { receivablesAging } = await ask(
    "{ receivablesAging { total over90 customers(first: 50) { totalCount pageInfo { hasNextPage } nodes { number name owed } } } }",
  );
  const { nodes, totalCount } = receivablesAging.customers;
  const { page, problems, close } = await visit("/receivables");
  await loaded(page);
  assert.equal(await figure(page, "Owed on sales"), money(receivablesAging.total));
  assert.equal(await figure(page, "Older than 90 days"), money(receivablesAging.over90));
  assert.equal(await figure(page, "Customers who owe"), count(totalCount));
  const rows = page.getByRole("table", { name: "Who owes" }).locator("tbody tr");
  assert.ok((await rows.first().innerText()).includes(nodes[0].name));
  assert.equal(await rows.first().locator("td").first().innerText(), money(nodes[0].owed));
  await page.getByRole("button", { name: "Show more" }).click();
  await page.waitForFunction((many) => document.querySelectorAll("table[aria-label='Who owes'] tbody tr").length === many, totalCount);
  await rows.first().locator("td").last().click();
  await page.waitForURL(new RegExp(`/customers/${nodes[0].number}`));
  assert.deepEqual(problems, []);
  await close();
});

test("the quality of the data is told in words, with the last imports", async () => {
  const { viewer } = await ask("{ viewer { business { dataQuality { sales unlinkedRefunds imports { file } } } } }");
  const { sales, unlinkedRefunds, imports } = viewer.business.dataQuality;
  const { page, problems, close } = await visit("/data-quality");
  await loaded(page);
  assert.equal(await figure(page, "Sales"), count(sales));
  const row = page.getByRole("row", { name: /^Refunds that name no sale/ });
  assert.equal(await row.locator("td").first().innerText(), count(unlinkedRefunds));
  assert.deepEqual(imports, []);
  await page.getByText("Nothing was imported from a file").waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("a customer's page begins with what matters: the segment, what is at stake, what is owed, how to write", async () => {
  while ((await ask("{ lifetimeValueModel { status } }")).lifetimeValueModel.status === "FITTING") await new Promise((wake) => setTimeout(wake, 300));
  const { customers } = await ask(
    `{ customers(first: 1, orderBy: AT_STAKE, filter: {attention: LEAVING}) { nodes {
       number atStake outstandingBalance email phone rfm(scheme: RETAIL, days: null) { segment { name } } } } }`,
  );
  const [leaving] = customers.nodes;
  const { page, problems, close } = await visit(`/customers/${leaving.number}`);
  await loaded(page);
  assert.equal(await figure(page, "Segment"), leaving.rfm.segment.name);
  assert.equal(await figure(page, "At stake"), money(leaving.atStake));
  assert.equal(await figure(page, "Owes"), money(leaving.outstandingBalance));
  await page.getByText("Leaving: act now").waitFor();
  assert.equal(await page.getByRole("link", { name: leaving.email }).first().getAttribute("href"), `mailto:${leaving.email}`);
  assert.equal(await page.getByRole("link", { name: leaving.phone }).first().getAttribute("href"), `tel:${leaving.phone}`);
  assert.deepEqual(problems, []);
  await close();
});

test("all sales of a customer are a page, found by search, and each opens to its lines", async () => {
  const { customers } = await ask(
    "{ customers(first: 1, orderBy: ORDERS) { nodes { number name sales(first: 1) { totalCount nodes { number items { product } } } } } }",
  );
  const [{ number, name, sales }] = customers.nodes;
  const { page, problems, close } = await visit(`/customers/${number}`);
  await loaded(page);
  await page.getByRole("link", { name: "All sales" }).click();
  await page.getByRole("heading", { name: `${count(sales.totalCount)} sales` }).waitFor();
  await page.getByRole("heading", { level: 1, name: `All sales of ${name}` }).waitFor();
  await page.getByLabel("Search", { exact: true }).last().fill(sales.nodes[0].number);
  await page.getByRole("heading", { name: "1 sale", exact: true }).waitFor();
  await page.getByRole("button", { name: sales.nodes[0].number }).click();
  await page.getByRole("dialog").getByRole("rowheader", { name: sales.nodes[0].items[0].product }).first().waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("a day's sales are a page; products are sorted by what first purchases led to, and open to who bought them", async () => {
  const { sales } = await ask("{ sales(first: 1) { nodes { businessDate } } }");
  const day = sales.nodes[0].businessDate;
  const { sales: ofDay } = await ask(`{ sales(filter: {period: {start: "${day}", end: "${day}"}}) { totalCount } }`);
  const { productReport } = await ask("{ productReport(orderBy: FIRST_PURCHASE_VALUE, first: 1) { products { nodes { name customers } } } }");
  const [{ name, customers }] = productReport.products.nodes;
  const { page, problems, close } = await visit("/sales");
  await loaded(page);
  await page.getByRole("table", { name: "The sales" }).locator("tbody tr").first().getByRole("link").first().click();
  await page.getByRole("heading", { name: new RegExp(`^${count(ofDay.totalCount)} sales?$`) }).waitFor();
  await page.getByRole("heading", { level: 1, name: /^Sales of / }).waitFor();
  await page.goto(`${BASE}/products`);
  await loaded(page);
  await page.getByRole("button", { name: "Value since, each" }).click();
  await page.waitForURL(/order=FIRST_PURCHASE_VALUE/);
  await page.locator("tbody tr").first().getByRole("button", { name, exact: true }).click();
  await page.getByRole("dialog", { name: `Who bought ${name}` }).getByText(new RegExp(`^${count(customers)} customers?$`)).waitFor();
  assert.deepEqual(problems, []);
  await close();
});
