// Every filter of every page: what is shown is the API's answer to it.
import assert from "node:assert/strict";
import { after, before as first, test } from "node:test";

import { ask, BASE, closeAll, count, figure, loaded, money, openDays, openFilters, PATIENCE, percent, visit } from "./base.mjs";

after(closeAll);

const daysBefore = (day, days) => new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
let today;
let storefront;

first(async () => {
  const answer = await ask("{ segmentation { asOf } storefronts { id } }");
  today = answer.segmentation.asOf;
  storefront = answer.storefronts[0].id;
});

/** Waits until a figure says what is expected. */
async function shows(page, name, expected) {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const shown = await figure(page, name).catch(() => null);
    if (shown === expected) return;
    if (Date.now() > until) assert.equal(shown, expected, name);
    await page.waitForTimeout(30);
  }
}

/** Sets one filter after the other, each on the page as it opens. */
function filtered(path, name, shown, filters) {
  test(`the filters of ${path}`, async (t) => {
    const { page, problems, close } = await visit(path);
    for (const [label, value, asked] of filters()) {
      await t.test(label, async () => {
        await page.goto(BASE + path);
        await loaded(page);
        await openFilters(page);
        const within = ["As of", "From", "To"].includes(label) ? await openDays(page) : page.getByRole("group", { name: "Filters" });
        const control = within.getByLabel(label, { exact: true });
        const isChoice = (await control.evaluate((element) => element.tagName)) === "SELECT";
        await (isChoice ? control.selectOption(value) : control.fill(value));
        await control.press("Tab");
        await shows(page, name, shown(await asked()));
      });
    }
    assert.deepEqual(problems, []);
    await close();
  });
}

const patterns = (more) => async () => {
  const { period = { start: daysBefore(today, 89), end: today }, ...rest } = more();
  const query = `query ($period: DateRange!, $storefront: ID, $customerType: CustomerType, $revenueBasis: RevenueBasis! = NET) {
    purchasePatterns(period: $period, storefront: $storefront, customerType: $customerType, revenueBasis: $revenueBasis) { summary { revenue } } }`;
  return (await ask(query, { period, ...rest })).purchasePatterns.summary.revenue;
};

filtered("/", "Revenue", money, () => [
  ["To", daysBefore(today, 40), patterns(() => ({ period: { start: daysBefore(today, 89), end: daysBefore(today, 40) } }))],
  ["From", daysBefore(today, 29), patterns(() => ({ period: { start: daysBefore(today, 29), end: today } }))],
  ["Revenue", "GROSS", patterns(() => ({ revenueBasis: "GROSS" }))],
  ["Storefront", storefront, patterns(() => ({ storefront }))],
  ["Customers", "WHOLESALE", patterns(() => ({ customerType: "WHOLESALE" }))],
]);

filtered("/patterns", "Revenue", money, () => [
  ["From", daysBefore(today, 30), patterns(() => ({ period: { start: daysBefore(today, 30), end: today } }))],
  ["To", daysBefore(today, 30), patterns(() => ({ period: { start: daysBefore(today, 89), end: daysBefore(today, 30) } }))],
  ["Revenue", "MARGIN", patterns(() => ({ revenueBasis: "MARGIN" }))],
  ["Storefront", storefront, patterns(() => ({ storefront }))],
  ["Customers", "WHOLESALE", patterns(() => ({ customerType: "WHOLESALE" }))],
]);

const segmentation = (given) => async () => (await ask(`{ segmentation(${given()}) { totalCustomers } }`)).segmentation.totalCustomers;

filtered("/segmentation", "Customers", count, () => [
  ["Customers by", "TIER", segmentation(() => "method: TIER, days: null")],
  ["To", daysBefore(today, 40), segmentation(() => `days: null, asOf: "${daysBefore(today, 40)}"`)],
  ["Purchases of", "30", segmentation(() => "days: 30")],
  ["Inactive customers", "yes", segmentation(() => "days: null, includeInactive: true")],
  ["Storefront", storefront, segmentation(() => `days: null, storefront: "${storefront}"`)],
  ["Customers", "RETAIL", segmentation(() => "days: null, customerType: RETAIL")],
]);

const value = (given) => async () => (await ask(`{ lifetimeValueReport(${given()}) { summary { revenue } } }`)).lifetimeValueReport.summary.revenue;

filtered("/lifetime-value", "Revenue", money, () => [
  ["As of", daysBefore(today, 40), value(() => `asOf: "${daysBefore(today, 40)}"`)],
  ["Revenue", "GROSS", value(() => "revenueBasis: GROSS")],
  ["Storefront", storefront, value(() => `storefront: "${storefront}"`)],
  ["Customers", "WHOLESALE", value(() => "customerType: WHOLESALE")],
]);

const yearBefore = (day) => daysBefore(`${Number(day.slice(0, 4)) - 1}${day.slice(4)}`, -1);
const retention = (more) => async () => {
  const query = `query ($period: DateRange, $storefront: ID, $customerType: CustomerType) {
    retention(period: $period, storefront: $storefront, customerType: $customerType) { summary { retentionRate } } }`;
  return (await ask(query, more())).retention.summary.retentionRate;
};

filtered("/retention", "Retention", percent, () => [
  ["From", daysBefore(today, 100), retention(() => ({ period: { start: daysBefore(today, 100), end: today } }))],
  ["To", daysBefore(today, 40), retention(() => ({ period: { start: yearBefore(today), end: daysBefore(today, 40) } }))],
  ["Storefront", storefront, retention(() => ({ storefront }))],
  ["Customers", "WHOLESALE", retention(() => ({ customerType: "WHOLESALE" }))],
]);

test("comparison, grouping, cohorts' unit and mode, and what cells show", async () => {
  const { page, problems, close } = await visit("/");
  await loaded(page);
  const note = () => page.locator(".figure", { hasText: "Revenue" }).first().locator(".note").innerText();
  const usual = await note();
  const dates = await openDays(page);
  await dates.getByLabel("Compared with").selectOption("PREVIOUS_YEAR");
  await page.waitForFunction((text) => document.querySelector(".figure .note")?.innerText !== text, usual);
  const year = await ask(`query ($period: DateRange!) { purchasePatterns(period: $period, compareTo: PREVIOUS_YEAR) { previous { revenue } } }`, {
    period: { start: daysBefore(today, 89), end: today },
  });
  assert.match(await note(), /^[▲▼■] [+-]?\d+\.\d%\s+vs .* 20\d\d: /);
  assert.ok((await note()).endsWith(money(year.purchasePatterns.previous.revenue)));

  await page.goto(`${BASE}/patterns`);
  await loaded(page);
  await openFilters(page);
  await page.getByLabel("Series by").selectOption("DAILY");
  await page.waitForURL(/grouping=DAILY/);
  await loaded(page);
  const { purchasePatterns } = await ask(`{ purchasePatterns(grouping: DAILY) { series { start } } }`);
  const series = page.getByRole("application", { name: /^Over time/ });
  const last = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const end = last.format(new Date(purchasePatterns.series.at(-1).start));
  const readout = page.locator(".readout").first();
  await series.focus();
  const isAtEnd = async () => (await readout.innerText()).includes(end);
  for (let step = 0; step < 20 * purchasePatterns.series.length; step++) { // until days are drawn it stays at the last month
    await page.keyboard.press("ArrowRight");
    if (await isAtEnd()) break;
  }
  await page.keyboard.press("ArrowRight");
  assert.ok(await isAtEnd());

  const { retention: cohorts } = await ask(
    "{ retention(cohortPeriod: QUARTER, mode: ON_OR_AFTER) { cohorts { key periods { period customerCount } } } }",
  );
  await page.goto(`${BASE}/retention`);
  await loaded(page);
  await openFilters(page);
  await page.getByLabel("Cohorts by").selectOption("QUARTER");
  await page.getByLabel("Counted in a cell").selectOption("ON_OR_AFTER");
  const { key, periods } = cohorts.cohorts[0];
  await page.getByRole("button", { name: `${key}, +1: ${count(periods[1].customerCount)} customers` }).waitFor();
  await page.getByText("Customers", { exact: true }).last().click();
  assert.deepEqual(problems, []);
  await close();
});

const listed = (filter, variables = {}) => async () =>
  (await ask(`query ($filter: CustomerFilter) { customers(filter: $filter) { totalCount } }`, { filter: { ...filter(), ...variables } })).customers.totalCount;

const LIST = () => [
  ["Segment", "CHAMPION", listed(() => ({ rfmSegment: "CHAMPION" }))],
  ["Risk of leaving", "HIGH", listed(() => ({ churnRisk: "HIGH" }))],
  ["Customers", "WHOLESALE", listed(() => ({ type: "WHOLESALE" }))],
  ["Needs attention", "LEAVING", listed(() => ({ attention: "LEAVING" }))],
  ["Storefront", storefront, listed(() => ({ storefront }))],
  ["Days without a purchase, at least", "61", listed(() => ({ daysSinceLastPurchase: { min: 61 } }))],
  ["Days without a purchase, at most", "30", listed(() => ({ daysSinceLastPurchase: { max: 30 } }))],
  ["Owes at least", "100", listed(() => ({ balance: { min: "100" } }))],
  ["Status", "no", listed(() => ({ isActive: false }))],
  ["Contact", "no", listed(() => ({ isVerified: false }))],
  ["Spent at least", "2000", listed(() => ({ revenue: { min: "2000" } }))],
  ["Spent at most", "100", listed(() => ({ revenue: { max: "100" } }))],
  ["Last purchase from", daysBefore(today, 20), listed(() => ({ lastPurchase: { start: daysBefore(today, 20) } }))],
  ["Last purchase to", daysBefore(today, 200), listed(() => ({ lastPurchase: { end: daysBefore(today, 200) } }))],
  ["Expected in 12 months, at least", "500", listed(() => ({ expectedRevenue: { min: "500" } }))],
  ["Expected in 12 months, at most", "50", listed(() => ({ expectedRevenue: { max: "50" } }))],
  ["Days since joining, at most", "60", listed(() => ({ joined: { start: daysBefore(today, 60) } }))],
  ["Joined from", daysBefore(today, 100), listed(() => ({ joined: { start: daysBefore(today, 100) } }))],
  ["Joined to", daysBefore(today, 800), listed(() => ({ joined: { end: daysBefore(today, 800) } }))],
  ["Source", "Newsletter", listed(() => ({ acquisitionSource: "Newsletter" }))],
  ["With tag", "vip", listed(() => ({ tags: ["vip"] }))],
  ["City", "Nantes", listed(() => ({ city: "Nantes" }))],
  ["Country", "France", listed(() => ({ country: "France" }))],
];

test("every filter of the customers, each saved in the address, shown beside the button, and cleared in one click", async (t) => {
  while ((await ask("{ lifetimeValueModel { status } }")).lifetimeValueModel.status === "FITTING") await new Promise((wake) => setTimeout(wake, 300));
  const { customers } = await ask("{ customers { totalCount } }");
  const found = (total) => page.getByRole("heading", { name: new RegExp(`^${count(total)} customers?$`) }).waitFor();
  const { page, problems, close } = await visit("/customers");
  await loaded(page);
  await openFilters(page);
  for (const [label, choice, expected] of LIST()) {
    await t.test(label, async () => {
      const control = page.getByLabel(label, { exact: true }).first();
      const isChoice = (await control.evaluate((element) => element.tagName)) === "SELECT";
      await (isChoice ? control.selectOption(choice) : control.fill(choice));
      await control.press("Tab");
      await page.waitForURL((url) => url.search.includes(encodeURIComponent(choice).slice(0, 4)));
      await found(await expected());
      await page.getByRole("button", { name: `Without ${label}`, exact: false }).click();
      await found(customers.totalCount);
    });
  }
  assert.deepEqual(problems, []);
  await close();
});

for (const path of ["/?days=abc&asOf=banana", "/?days=99999999", "/segmentation?days=abc", "/customers?asOf=2026-99-99"]) {
  test(`an address that makes no sense shows the usual page: ${path}`, async () => {
    const { page, problems, close } = await visit(path);
    await loaded(page);
    assert.ok(await page.getByRole("button", { name: /^(Days|As of): / }).isVisible());
    assert.deepEqual(problems, []);
    await close();
  });
}
