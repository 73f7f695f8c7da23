// What the tests in a browser share: the browser, the application, and the API to compare with.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { chromium } from "playwright-core";

/** What run.mjs was told of the file that is running. */
export const place = JSON.parse(readFileSync(process.env.PLACES, "utf-8"))[basename(process.argv[1])];
export const { BASE, ASK = BASE, TOKEN, PROVIDER } = place;
export const PAGES = {
  Overview: "/",
  Segments: "/segmentation",
  Customers: "/customers",
  Retention: "/retention",
  "Lifetime value": "/lifetime-value",
  "Purchase patterns": "/patterns",
  Products: "/products",
  Sales: "/sales",
  Acquisition: "/acquisition",
  Receivables: "/receivables",
  "Data quality": "/data-quality",
};
export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");

/** How long anything is waited for at most: for a machine that does other things as well. */
export const PATIENCE = Number(process.env.PATIENCE ?? 60_000);

let browser;

/** A page of a new visitor; `problems` gathers what its console complains of. */
export async function visit(path, options = {}) {
  browser ??= await chromium.connect(process.env.BROWSER);
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const problems = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  const known = [BASE, PROVIDER, "data:"].filter(Boolean);
  page.on("request", (request) => known.some((start) => request.url().startsWith(start)) || problems.push(`asked ${request.url()}`));
  await page.goto(BASE + path);
  return { page, problems, close: () => context.close() };
}

export const signInButton = (page) => page.getByRole("button", { name: "Sign in" });

/** Signs in with the provider of the tests. */
export async function signIn(page) {
  await signInButton(page).click();
  await page.getByRole("button", { name: "Allow" }).click();
  await page.waitForURL((url) => url.href.startsWith(BASE));
}

export async function closeAll() {
  await browser?.close();
}

/** Opens the filters that are folded. */
export async function openFilters(page) {
  const button = page.getByRole("button", { name: /^Filters/ });
  if ((await button.getAttribute("aria-expanded")) === "false") await button.click();
}

/** Opens the choice of days. */
export async function openDays(page) {
  await page.getByRole("button", { name: /^(Days|As of): / }).click();
  return page.getByRole("dialog", { name: /^(Days|As of): / });
}

/** Waits until what is shown is the answer to what was asked last. */
export async function loaded(page) {
  await page.waitForSelector(".loaded");
  await page.waitForFunction(() => !document.querySelector(".loaded[data-stale]"));
}

/** Waits until what was just done is drawn. */
export async function drawn(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Waits until what moves or changes its colour, now that it is drawn, has done so. */
export async function settled(page) {
  await drawn(page);
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState, effect }) => playState !== "running" || effect.getComputedTiming().endTime === Infinity),
  );
}

/** Waits until something holds, for as long as for a page. */
export async function soon(page, holds) {
  for (const until = Date.now() + PATIENCE; !holds() && Date.now() < until; ) await page.waitForTimeout(50);
}

/** The API's own answer. */
export async function ask(query, variables = {}) {
  const response = await fetch(`${ASK}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

export const money = (value, currency = "EUR") => new Intl.NumberFormat("en-GB", { style: "currency", currency }).format(value);
export const count = (value) => new Intl.NumberFormat("en-GB").format(value);
export const percent = (value) =>
  new Intl.NumberFormat("en-GB", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value / 100);

/** The value of a figure by its name. */
export async function figure(page, name) {
  return (await page.locator(".figure", { has: page.getByText(name, { exact: true }) }).first().locator(".value").innerText()).trim();
}
