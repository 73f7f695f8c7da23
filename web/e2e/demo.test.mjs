// The application on the demo shop, with known documents only.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { ask, AXE, BASE, closeAll, count, drawn, figure, loaded, money, openDays, openFilters, PAGES, PATIENCE, percent, settled, soon, visit } from "./base.mjs";

after(closeAll);

const today = async () => (await ask("{ segmentation { asOf } }")).segmentation.asOf;
const before = (day, days) => new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);

test("a prediction comes by itself once its model is fitted", async () => {
  const { customers } = await ask("{ customers(first: 1, orderBy: TOTAL_SPENT) { nodes { number } } }");
  const { page, close } = await visit(`/customers/${customers.nodes[0].number}`);
  await loaded(page);
  await page.getByText("Still a customer", { exact: true }).waitFor();
  await close();
});

for (const [name, path] of Object.entries(PAGES)) {
  test(`${name}: axe finds nothing in both themes, and 320 pixels need no sideways scroll and cut no number`, async () => {
    const { page, problems, close } = await visit(path, { colorScheme: "light" });
    await loaded(page);
    await page.evaluate(AXE);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForSelector(`html[data-mantine-color-scheme=${colorScheme}]`);
      await settled(page);
      assert.deepEqual(await violationsOn(page), [], colorScheme);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth);
    assert.deepEqual(await cutOffOn(page), []);
    assert.deepEqual(problems, []);
    await close();
  });
}

/** The numbers in tiles and beside bars that have not room enough. */
async function cutOffOn(page) {
  await drawn(page);
  return page.locator(".figure .value, .scroll:has(.bars)").evaluateAll((places) =>
    places.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1).map(({ innerText }) => innerText),
  );
}

async function violationsOn(page) {
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3).join(" | ")}`);
}

test("the overview shows the API's figures", async () => {
  const day = await today();
  const { purchasePatterns, retention, inPeriod } = await ask(
    `query ($period: DateRange!) {
      purchasePatterns(period: $period) { summary { revenue totalTransactions uniqueCustomers avgBasketSize } }
      retention { summary { retentionRate } }
      inPeriod: retention(period: $period) { summary { acquiredCustomers } }
    }`,
    { period: { start: before(day, 89), end: day } },
  );
  const { page, close } = await visit("/");
  await loaded(page);
  assert.equal(await figure(page, "Revenue"), money(purchasePatterns.summary.revenue));
  assert.equal(await figure(page, "Orders"), count(purchasePatterns.summary.totalTransactions));
  assert.equal(await figure(page, "Customers who bought"), count(purchasePatterns.summary.uniqueCustomers));
  assert.equal(await figure(page, "Average basket"), money(purchasePatterns.summary.avgBasketSize));
  assert.equal(await figure(page, "Retention, 12 months"), percent(retention.summary.retentionRate));
  assert.equal(await figure(page, "New customers"), count(inPeriod.summary.acquiredCustomers));
  await close();
});

test("segments show the API's figures, open to their customers, and back closes them", async () => {
  const { segmentation } = await ask("{ segmentation(scheme: RETAIL, days: null) { totalCustomers revenue segments { name code customerCount customers(first: 1) { nodes { name } } } } }");
  const { page, close } = await visit("/segmentation");
  await loaded(page);
  assert.equal(await figure(page, "Customers"), count(segmentation.totalCustomers));
  assert.equal(await figure(page, "Revenue"), money(segmentation.revenue));
  const { name, code, customerCount, customers } = segmentation.segments[0];
  await page.getByRole("group", { name: "Segments", exact: true }).getByRole("button", { name, exact: true }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByText(new RegExp(`^${count(customerCount)} customers?$`)).waitFor();
  assert.equal(await drawer.locator("tbody a").first().innerText(), customers.nodes[0].name);
  assert.equal(new URL(page.url()).searchParams.get("open"), `segment:${code}`);
  await page.goBack();
  await drawer.waitFor({ state: "detached" });
  await close();
});

test("a cell of the grid opens to exactly its customers", async () => {
  const { segmentation } = await ask("{ segmentation(scheme: RETAIL, days: null) { cells(recencyScore: 5, frequencyScore: 5, monetaryScore: 5) { customerCount } } }");
  const { page, close } = await visit("/segmentation?open=cell:5.5");
  await page.getByRole("dialog").getByText(new RegExp(`^${count(segmentation.cells[0].customerCount)} customers?$`)).waitFor();
  await close();
});

test("a filter changes the figures and the address; back, forward and reload keep what they show", async () => {
  const shown = (page) => figure(page, "Customers");
  const { all, wholesale } = await ask("{ all: segmentation(days: null) { totalCustomers } wholesale: segmentation(customerType: WHOLESALE, scheme: POS, days: null) { totalCustomers } }");
  const { page, close } = await visit("/segmentation");
  await loaded(page);
  assert.equal(await shown(page), count(all.totalCustomers));
  await openFilters(page);
  await page.getByLabel("Customers", { exact: true }).selectOption("WHOLESALE");
  await page.getByRole("group", { name: "Filters" }).getByLabel("Segments", { exact: true }).selectOption("POS");
  await page.getByRole("group", { name: "Segments", exact: true }).getByRole("button", { name: "Potential Loyalists", exact: true }).waitFor();
  await loaded(page);
  assert.equal(await shown(page), count(wholesale.totalCustomers));
  await page.reload();
  await loaded(page);
  assert.equal(await shown(page), count(wholesale.totalCustomers));
  await page.goBack();
  await page.goBack();
  await page.waitForFunction((text) => document.querySelector(".figure .value")?.textContent === text, count(all.totalCustomers));
  await close();
});

test("customers are found as one types, and opened on one page", async () => {
  const { customers } = await ask(
    "{ customers(first: 1, orderBy: TOTAL_SPENT) { nodes { name number purchases { revenue orders } sales(first: 1) { nodes { items { product } } } } } }",
  );
  const [best] = customers.nodes;
  const { page, problems, close } = await visit("/customers");
  await loaded(page);
  await page.getByLabel("Search", { exact: true }).fill(best.number);
  await page.getByText("1 customer", { exact: true }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get("q"), best.number);
  await page.getByRole("link", { name: best.name }).click();
  await page.getByRole("heading", { level: 1, name: best.name }).waitFor();
  await loaded(page);
  assert.equal(await figure(page, "Revenue"), money(best.purchases.revenue));
  assert.equal(await figure(page, "Orders"), count(best.purchases.orders));
  await page.getByRole("rowheader", { name: best.sales.nodes[0].items[0].product }).first().waitFor();
  await page.evaluate(AXE);
  assert.deepEqual(await violationsOn(page), []);
  await page.goBack();
  await page.getByText("1 customer", { exact: true }).waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("whom to call is two clicks away, by what is at stake, and can be exported; who is lost is another list", async () => {
  await fitted();
  const { leaving, lost } = await ask(`{
    leaving: customers(first: 1, orderBy: AT_STAKE, filter: { attention: LEAVING }) { totalCount nodes { name number atStake } }
    lost: customers(first: 1, orderBy: TOTAL_SPENT, filter: { attention: LOST }) { totalCount nodes { name } }
  }`);
  const { page, close } = await visit("/");
  await loaded(page);
  const panel = page.getByRole("region", { name: "Whom to call" });
  const first = panel.getByRole("row").nth(1);
  await first.getByRole("link", { name: leaving.nodes[0].name, exact: true }).waitFor();
  assert.ok((await first.innerText()).includes(money(leaving.nodes[0].atStake)));
  await panel.getByText("Lost", { exact: true }).click();
  await panel.getByRole("link", { name: `All ${count(lost.totalCount)}`, exact: true }).waitFor();
  await first.getByRole("link", { name: lost.nodes[0].name, exact: true }).waitFor();
  await panel.getByText("About to leave", { exact: true }).click();
  await panel.getByRole("link", { name: `All ${count(leaving.totalCount)}`, exact: true }).click();
  await page.getByText(new RegExp(`^${count(leaving.totalCount)} customers?$`)).waitFor();
  await page.getByRole("button", { name: "Without Needs attention: About to leave" }).waitFor();
  await page.getByRole("button", { name: "Export the customers" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "CSV" }).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString("utf-8").trim().split(/\r?\n/);
  assert.match(lines[0], /^\ufeff?number,name,revenue,orders,lastPurchaseDate,segment,joinedOn,type$/);
  assert.ok(lines.length >= leaving.totalCount + 1, `${lines.length} lines`);
  assert.ok(lines.some((line) => line.includes(leaving.nodes[0].number)));
  await close();
});

test("cohorts show the API's cells and open to their customers", async () => {
  const { retention } = await ask("{ retention { summary { retentionRate churnRate } cohorts { key size periods { period customerCount retention } } } }");
  const cohort = retention.cohorts.at(-3);
  const cell = cohort.periods[1];
  const { page, close } = await visit("/retention");
  await loaded(page);
  assert.equal(await figure(page, "Retention"), percent(retention.summary.retentionRate));
  assert.equal(await figure(page, "Churn"), percent(retention.summary.churnRate));
  await page.getByRole("button", { name: `${cohort.key}, +1: ${count(cell.customerCount)} customers` }).click();
  await page.getByRole("dialog").getByText(new RegExp(`^${count(cell.customerCount)} customers?$`)).waitFor();
  await close();
});

test("ranges of value and moves between segments open to their customers", async () => {
  const { lifetimeValueReport } = await ask("{ lifetimeValueReport { distribution { label customerCount } } }");
  const { label, customerCount } = lifetimeValueReport.distribution.at(-1);
  const { page, close } = await visit("/lifetime-value");
  await loaded(page);
  await page.getByRole("region", { name: "Customers by revenue" }).getByRole("button").last().click();
  const counted = (total) => page.getByRole("dialog").getByText(new RegExp(`^${count(total)} customers?$`)).waitFor();
  await counted(customerCount);
  assert.equal(new URL(page.url()).searchParams.get("open"), `value:${label}`);

  const day = await today();
  const { segmentMigration } = await ask("query ($from: Date!, $to: Date!) { segmentMigration(from: $from, to: $to, scheme: RETAIL, days: null) { moves { customerCount } } }", {
    from: before(day, 90),
    to: day,
  });
  await page.goto(`${BASE}/segmentation`);
  await loaded(page);
  const moved = page.getByRole("region", { name: "Who moved" });
  await moved.getByText("Table", { exact: true }).click();
  await moved.locator("tbody button").first().click();
  await counted(segmentMigration.moves[0].customerCount);
  await close();
});

test("lifetime value shows the API's figures, and scrolls through its ranking", async () => {
  const { lifetimeValueReport } = await ask(
    "{ lifetimeValueReport(first: 120) { summary { totalCustomers revenue averageClv } customers { nodes { customer { name } } } } }",
  );
  const { summary, customers } = lifetimeValueReport;
  const { page, close } = await visit("/lifetime-value");
  await loaded(page);
  assert.equal(await figure(page, "Customers"), count(summary.totalCustomers));
  assert.equal(await figure(page, "Revenue"), money(summary.revenue));
  assert.equal(await figure(page, "Average customer"), money(summary.averageClv));
  const hundredth = page.locator('tr[aria-rowindex="101"] a');
  await page.mouse.move(640, 600);
  for (const until = Date.now() + PATIENCE; !(await hundredth.count()) && Date.now() < until; ) {
    await page.mouse.wheel(0, 100);
    await drawn(page);
  }
  assert.equal(await hundredth.innerText(), customers.nodes[99].customer.name);
  await close();
});

test("purchase patterns show the API's figures", async () => {
  const { purchasePatterns } = await ask("{ purchasePatterns { summary { revenue totalTransactions } baskets { transactionCount } } }");
  const { page, close } = await visit("/patterns");
  await loaded(page);
  assert.equal(await figure(page, "Revenue"), money(purchasePatterns.summary.revenue));
  assert.equal(await figure(page, "Transactions"), count(purchasePatterns.summary.totalTransactions));
  const basket = page.getByRole("table", { name: "Baskets" }).locator("tbody tr").first().locator("td").first();
  assert.equal(await basket.innerText(), count(purchasePatterns.baskets[0].transactionCount));
  await close();
});

test("everything is reached by keyboard: pages, filters, drill-down, and back out of it", async () => {
  const { page, close } = await visit("/");
  await loaded(page);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to the page");
  await page.getByRole("link", { name: "Segments", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Segments" }).waitFor();
  await loaded(page);
  const cell = page.locator("button.cell:enabled").first();
  await cell.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Export the segments", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "CSV" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction(() => document.activeElement?.textContent === "CSV");
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
  const chart = page.getByRole("application", { name: /^Segments over time/ });
  await chart.focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await page.locator(".readout strong").last().innerText(), /\d{4}/);
  await close();
});

test("how a report was computed is told when its sign is opened, and not asked for before", async () => {
  const { page, close } = await visit("/segmentation");
  const asked = [];
  page.on("request", (request) => request.url().includes("/graphql") && asked.push(request.url()));
  await loaded(page);
  const pageAsked = asked.length;
  await page.getByRole("button", { name: "Computation of the segments", exact: true }).click();
  await page.getByRole("dialog").locator("pre, code").first().waitFor();
  assert.match(await page.getByRole("dialog").innerText(), /SELECT/i);
  assert.equal(asked.length, pageAsked + 1);
  await close();
});

const REPORTS = {
  "/": ["the purchase patterns", "the segments", "retention"],
  "/segmentation": ["the segments", "the moves", "the segments over time"],
  "/retention": ["retention"],
  "/lifetime-value": ["lifetime value"],
  "/patterns": ["the purchase patterns", "what is bought together"],
  customer: ["the habits"],
};

for (const [path, reports] of Object.entries(REPORTS)) {
  test(`${path}: every report tells how it was computed, and gives its files`, async () => {
    const { page, problems, close } = await visit(path === "customer" ? await bestCustomer() : path);
    await loaded(page);
    for (const what of reports) {
      await page.getByRole("button", { name: `Computation of ${what}`, exact: true }).click();
      await page.getByRole("dialog").locator("pre, code").first().waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.getByRole("button", { name: `Export ${what}`, exact: true }).click();
      await page.getByRole("menuitem", { name: "CSV" }).waitFor();
      assert.deepEqual(await page.getByRole("menuitem").allInnerTexts(), ["CSV", "Excel (XLSX)", "PDF", "Parquet"]);
      const address = await page.getByRole("menuitem", { name: "CSV" }).getAttribute("href");
      const file = await page.request.get(new URL(address, BASE).href);
      assert.equal(file.status(), 200, what);
      assert.ok((await file.text()).split("\n").length > 1, what);
      await page.keyboard.press("Escape");
      await page.getByRole("menu").waitFor({ state: "detached" });
    }
    assert.deepEqual(problems, []);
    await close();
  });
}

async function bestCustomer() {
  const { customers } = await ask("{ customers(first: 1, orderBy: TOTAL_SPENT) { nodes { number } } }");
  return `/customers/${customers.nodes[0].number}`;
}

const BEGINNINGS = { CSV: /^\uFEFF?\w/, "Excel (XLSX)": /^PK/, PDF: /^%PDF/, Parquet: /^PAR1/ };

test("each format of an export is what it is called", async () => {
  const { page, close } = await visit("/segmentation");
  await loaded(page);
  for (const [kind, beginning] of Object.entries(BEGINNINGS)) {
    await page.getByRole("button", { name: "Export the segments", exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: kind }).click()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    assert.match(Buffer.concat(chunks).toString("utf-8"), beginning, kind);
    await page.getByRole("menu").waitFor({ state: "detached" });
  }
  await close();
});

/** Waits until the model behind predictions is fitted. */
async function fitted() {
  for (;;) {
    const { lifetimeValueModel } = await ask("{ lifetimeValueModel { name status holdout { holdoutDays actualOrders } } }");
    if (lifetimeValueModel.status !== "FITTING") return lifetimeValueModel;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

test("the model is shown with its check on the days kept back", async () => {
  const { name, holdout } = await fitted();
  const { page, close } = await visit("/lifetime-value");
  const panel = page.getByRole("region", { name: "The model behind predictions" });
  await panel.getByText(name, { exact: true }).waitFor();
  await panel.getByText(new RegExp(`In the ${count(holdout.holdoutDays)} days kept back .* there were ${count(holdout.actualOrders)}\\.`)).waitFor();
  await panel.getByRole("application", { name: /^Orders of a customer by repeat orders before/ }).waitFor();
  await close();
});

test("customers are ranked by what is expected of them, with how sure that is", async () => {
  await fitted();
  const { lifetimeValueReport } = await ask(
    `{ lifetimeValueReport(orderBy: PREDICTED, first: 1) { customers { nodes { customer { name }
      clv { prediction { ... on PredictedCLV { predictedRevenue expectedOrdersInterval { low high } } } } } } } }`,
  );
  const { customer, clv } = lifetimeValueReport.customers.nodes[0];
  const { page, close } = await visit("/lifetime-value");
  await loaded(page);
  await openFilters(page);
  await page.getByLabel("Ranked by").selectOption("PREDICTED");
  await page.getByRole("columnheader", { name: "Expected, 12 months" }).waitFor();
  await loaded(page);
  const first = page.locator('tr[aria-rowindex="2"]');
  assert.equal(await first.locator("a").innerText(), customer.name);
  const cells = await first.locator("td").allInnerTexts();
  assert.ok(cells.includes(money(clv.prediction.predictedRevenue)), cells.join(" | "));
  await page.evaluate(AXE);
  assert.deepEqual(await violationsOn(page), []);
  await close();
});

test("one customer shows what is expected of the next 12 months", async () => {
  await fitted();
  const path = await bestCustomer();
  const { customer } = await ask(
    "query ($number: String!) { customer(by: { number: $number }) { clv { prediction { ... on PredictedCLV { predictedRevenue totalValue } } } } }",
    { number: path.split("/").at(-1) },
  );
  const { page, close } = await visit(path);
  const panel = page.getByRole("region", { name: "The next 12 months" });
  await panel.getByText(money(customer.clv.prediction.predictedRevenue), { exact: true }).waitFor();
  await panel.getByText(money(customer.clv.prediction.totalValue), { exact: true }).waitFor();
  await close();
});

test("the answer is asked for with the browser's copy at hand: 304", async () => {
  const { page, close } = await visit("/patterns");
  await loaded(page);
  const statuses = [];
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  session.on("Network.responseReceivedExtraInfo", ({ statusCode }) => statuses.push(statusCode));
  await page.reload();
  await loaded(page);
  await soon(page, () => statuses.includes(304));
  assert.ok(statuses.includes(304), String(statuses));
  await close();
});

test("a server that does not answer is said in words, the last answer stays, and a retry mends it", async () => {
  const { page, close } = await visit("/segmentation");
  await loaded(page);
  const shown = await figure(page, "Customers");
  await page.route("**/graphql**", (route) => route.abort());
  await openFilters(page);
  await page.getByLabel("Purchases of", { exact: true }).selectOption("30");
  await page.getByRole("alert").getByText("The server does not answer just now.").waitFor();
  assert.equal(await figure(page, "Customers"), shown);
  await page.unroute("**/graphql**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("alert").waitFor({ state: "detached" });
  await loaded(page);
  assert.notEqual(await figure(page, "Customers"), shown);
  await close();
});

test("an address that asks for the impossible is refused in words", async () => {
  const { page, close } = await visit("/retention?from=2026-05-01&to=2026-04-01");
  await page.getByRole("alert").getByText(/starts on 2026-05-01/).waitFor();
  assert.ok(BASE);
  await close();
});

test("an address without a page says so, and leads home", async () => {
  const { page, close } = await visit("/nope");
  await page.getByText("There is no page at this address").waitFor();
  await page.getByRole("link", { name: "To the overview" }).click();
  await loaded(page);
  assert.ok(await page.getByRole("heading", { level: 1, name: "Overview" }).isVisible());
  await close();
});

test("a search for no letter and a range upside down say what is wrong where they stand", async () => {
  const { customers } = await ask("{ customers { totalCount } }");
  const { page, close } = await visit("/customers?q=%25");
  await loaded(page);
  await page.getByText("Type a letter or a digit").waitFor();
  await page.getByText(`${count(customers.totalCount)} customers`, { exact: true }).waitFor();
  await page.goto(`${BASE}/customers?min=50&max=20`);
  await page.getByText("The range ends before it begins").waitFor();
  assert.equal(await page.getByRole("alert").getByRole("button").count(), 0);
  await close();
});

test("the search of the header finds customers, pages and segments from everywhere, by keyboard alone", async () => {
  const { customers } = await ask("{ customers(first: 1, orderBy: TOTAL_SPENT) { nodes { name number } } }");
  const [{ name, number }] = customers.nodes;
  const { page, problems, close } = await visit("/retention");
  await loaded(page);
  await page.keyboard.press("Control+k");
  const finder = page.getByRole("dialog", { name: "Search customers, pages and segments" });
  await finder.getByRole("combobox").fill(number);
  await finder.getByRole("option", { name: new RegExp(`${number} Customer$`) }).waitFor();
  await page.evaluate(AXE);
  assert.deepEqual(await violationsOn(page), []);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await loaded(page);
  await page.locator("body").press("/");
  await finder.getByRole("combobox").fill("hibern");
  await finder.getByRole("option", { name: "Hibernating Segment" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/customers\?segment=HIBERNATING/);
  await loaded(page);
  await page.getByRole("button", { name: "Without Segment: Hibernating" }).waitFor();
  await page.locator("body").press("/");
  await finder.getByRole("combobox").fill("lifet");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Lifetime value" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.press("Escape");
  await finder.waitFor({ state: "detached" });
  assert.deepEqual(problems, []);
  await close();
});

test("a past day says so on every page that it goes along to, and today is one click away", async () => {
  const { page, problems, close } = await visit("/");
  await loaded(page);
  assert.equal(await page.getByRole("note").count(), 0);
  const dates = await openDays(page);
  await dates.getByRole("button", { name: /^Last quarter/ }).click();
  await page.waitForURL(/range=last-quarter/);
  await page.getByRole("note").getByText(/^You look at .*, as it was on that day\.$/).waitFor();
  await loaded(page);
  const told = await page.getByRole("note").innerText();
  await page.getByRole("link", { name: "Customers", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Customers" }).waitFor();
  assert.equal(await page.getByRole("note").innerText(), told);
  await page.getByRole("button", { name: "Back to today" }).click();
  await page.getByRole("note").waitFor({ state: "detached" });
  assert.equal(new URL(page.url()).search, "");
  await page.getByRole("button", { name: /^As of: Today/ }).waitFor();
  assert.deepEqual(problems, []);
  await close();
});
