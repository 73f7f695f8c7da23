// Walks all pages of a shop, and holds every figure that names its number to the API and to the same figure elsewhere.
import assert from "node:assert/strict";

import { ASK, count, loaded, money, PAGES, percent, visit } from "./base.mjs";

const summaryOf = (period, fields) => `purchasePatterns(period: ${period}) { summary { ${fields} } }`;
const valueOf = (day, fields) => `lifetimeValueReport(asOf: "${day}") { summary { ${fields} } }`;
const ending = (day) => `{start: "${day}", end: "${day}"}`;

/** How a number is asked for by its name, and what a page makes of the answer. */
const NUMBERS = {
  revenue: { ask: ({ period }) => summaryOf(period, "revenue"), pick: (data) => data.purchasePatterns.summary.revenue, as: money },
  orders: { ask: ({ period }) => summaryOf(period, "totalTransactions"), pick: (data) => data.purchasePatterns.summary.totalTransactions, as: count },
  basket: { ask: ({ period }) => summaryOf(period, "avgBasketSize"), pick: (data) => data.purchasePatterns.summary.avgBasketSize, as: money },
  buyers: { ask: ({ period }) => summaryOf(period, "uniqueCustomers"), pick: (data) => data.purchasePatterns.summary.uniqueCustomers, as: count },
  newCustomers: { ask: ({ period }) => `retention(period: ${period}) { summary { acquiredCustomers } }`, pick: (data) => data.retention.summary.acquiredCustomers, as: count },
  retention: { ask: ({ period }) => `retention(period: ${period}) { summary { retentionRate } }`, pick: (data) => data.retention.summary.retentionRate, as: percent },
  active: { ask: ({ day }) => `retention(period: ${ending(day)}) { summary { activeCustomers } }`, pick: (data) => data.retention.summary.activeCustomers, as: count },
  repeat: { ask: ({ day }) => `retention(period: ${ending(day)}) { summary { repeatPurchaseRate } }`, pick: (data) => data.retention.summary.repeatPurchaseRate, as: percent },
  joined: { ask: ({ period }) => `acquisition(period: ${period}) { totalNew }`, pick: (data) => data.acquisition.totalNew, as: count },
  owed: { ask: ({ day }) => `receivablesAging(asOf: "${day}") { total }`, pick: (data) => data.receivablesAging.total, as: money },
  owing: { ask: ({ day }) => `receivablesAging(asOf: "${day}") { customers { totalCount } }`, pick: (data) => data.receivablesAging.customers.totalCount, as: count },
  valued: { ask: ({ day }) => valueOf(day, "totalCustomers"), pick: (data) => data.lifetimeValueReport.summary.totalCustomers, as: count },
  valuedRevenue: { ask: ({ day }) => valueOf(day, "revenue"), pick: (data) => data.lifetimeValueReport.summary.revenue, as: money },
  atStake: { ask: ({ day, of }) => `customer(by: {number: "${of}"}) { atStake(asOf: "${day}") }`, pick: (data) => data.customer.atStake, as: money },
  segmented: {
    ask: ({ day, scheme, days }) => `segmentation(asOf: "${day}", scheme: ${scheme}, days: ${days}) { totalCustomers }`,
    pick: (data) => data.segmentation.totalCustomers,
    as: count,
  },
  segment: {
    ask: ({ day, of, scheme, days }) => `segmentation(asOf: "${day}", scheme: ${scheme}, days: ${days}, segmentCode: "${of}") { segments { customerCount } }`,
    pick: (data) => data.segmentation.segments[0].customerCount,
    as: count,
  },
};

/** Figures that stand on two pages at least; less would mean that the walk compares nothing. */
const TWICE = ["revenue", "orders", "basket", "buyers", "retention", "active", "repeat", "segment"];

export async function walk({ token, days, currency }) {
  const { page, problems, close } = await visit("/");
  await page.getByLabel("Token", { exact: false }).first().fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  const shop = await shopOf(token);
  for (const day of days) {
    const seen = new Map();
    for (const [name, path] of Object.entries(PAGES)) {
      await page.goto(`${new URL(page.url()).origin}${path}?asOf=${day}`);
      await loaded(page);
      for (const [figure, text] of await figuresOf(page)) seen.set(figure, [...(seen.get(figure) ?? []), [name, text]]);
    }
    for (const [figure, stands] of seen) {
      const expected = await told(figure, token, currency, shop);
      for (const [name, text] of stands) assert.equal(text, expected, `${figure} on ${name}, ${day}`);
    }
    const twice = new Set([...seen].filter(([, stands]) => stands.length > 1).map(([figure]) => figure.split(/[: ]/)[0]));
    assert.deepEqual(TWICE.filter((name) => !twice.has(name)), [], `stand once only, ${day}`);
  }
  assert.deepEqual(problems, []);
  await close();
}

const figuresOf = (page) =>
  page.locator("[data-figure]").evaluateAll((found) => found.map(({ dataset, innerText }) => [dataset.figure, innerText.replaceAll(/\s+/g, "")]));

/** What the API says of a number, as a page writes it. */
async function told(figure, token, currency, shop) {
  const [, name, of, when] = /^(\w+)(?: ([^:]+))?:(.+)$/.exec(figure);
  const [start, end = start] = when.split("..");
  const { ask, pick, as } = NUMBERS[name];
  const data = await answered(`{ ${ask({ period: `{start: "${start}", end: "${end}"}`, day: end, of, ...shop })} }`, token);
  const value = pick(data);
  return value === null ? "–" : as(value, currency).replaceAll(/\s+/g, "");
}

/** The segmentation that the shop's pages use. */
async function shopOf(token) {
  const { business } = (await answered("{ viewer { business { segmentScheme segmentDays } } }", token)).viewer;
  return { scheme: business.segmentScheme, days: business.segmentDays };
}

async function answered(query, token) {
  const response = await fetch(`${ASK}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}
