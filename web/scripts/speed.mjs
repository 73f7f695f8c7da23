// Prints how fast the pages are in Chromium: from a cold load to the first figures, from a filter to new figures,
// and how many frames a second the table of customers draws while it is scrolled.
//   node scripts/speed.mjs http://127.0.0.1:8000 [TOKEN]
// With a token, of a server with a store of its own, only the table is scrolled.
import { loadavg } from "node:os";
import { chromium } from "playwright-core";

const [base, token] = process.argv.slice(2);
const TIMES = 7;
const PAGES = ["/", "/segmentation", "/customers", "/retention", "/lifetime-value", "/patterns", "/products", "/sales", "/acquisition", "/receivables", "/data-quality"];
/** Pages with the values of a filter that change their first figure. */
const FILTERED = { "/": ["GROSS", "MARGIN"], "/segmentation": ["30", "180", "365"] };
const SCROLLED_MS = 4_000;
const ROW = 54;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const line = (what, value, goal) => console.log(`${what.padEnd(44)} ${String(Math.round(value)).padStart(6)} ${goal}`);

async function newPage() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB" });
  const page = await context.newPage();
  return { page, close: () => context.close() };
}

const settled = (page) => page.waitForFunction(() => document.querySelector(".loaded") && !document.querySelector(".loaded[data-stale]"), null, { polling: "raf" });

/** Milliseconds from nothing to figures, of a reader who was never here. */
async function coldLoad(path) {
  const { page, close } = await newPage();
  const start = performance.now();
  await page.goto(base + path, { waitUntil: "commit" });
  await page.waitForSelector(".loaded .figure .value, .loaded table");
  const took = performance.now() - start;
  await close();
  return took;
}

/** Milliseconds from choosing a value of a filter to its figures, by the page's own clock. */
async function filterChange(page, chosen) {
  return page.evaluate(async (value) => {
    const figure = () => document.querySelector(".loaded:not([data-stale]) .figure .value")?.textContent;
    const select = [...document.querySelectorAll(".filters select")].find((element) => [...element.options].some((option) => option.value === value));
    const before = figure();
    const start = performance.now();
    Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value").set.call(select, value);
    select.dispatchEvent(new Event("change", { bubbles: true }));
    while (!figure() || figure() === before) await new Promise(requestAnimationFrame);
    return performance.now() - start;
  }, chosen);
}

/** Frames a second while the table is scrolled as fast as a reader would flick it, at as many rows as are loaded. */
async function scrolling(page) {
  return page.evaluate(
    async ({ length }) => {
      let frames = 0;
      let slowest = 0;
      const start = performance.now();
      let last = start;
      let direction = 1;
      while (last - start < length) {
        window.scrollBy(0, 60 * direction);
        if (window.scrollY <= 0) direction = 1;
        if (window.scrollY + innerHeight >= document.documentElement.scrollHeight - 1) direction = -1;
        const now = await new Promise(requestAnimationFrame);
        slowest = Math.max(slowest, now - last);
        last = now;
        frames += 1;
      }
      return { perSecond: (1000 * frames) / (last - start), slowest };
    },
    { length: SCROLLED_MS },
  );
}

async function rowsOf(page) {
  return page.locator("table.virtual").evaluate((table, row) => Math.round(table.getBoundingClientRect().height / row), ROW);
}

console.log(`load of the machine at the start: ${loadavg()[0].toFixed(1)}`);
if (!token) {
  for (const path of PAGES) {
    await coldLoad(path); // the server has computed it once
    const times = [];
    for (let time = 0; time < TIMES; time++) times.push(await coldLoad(path));
    line(`${path} cold load to first figures`, median(times), "ms, goal 1500");
  }
  for (const [path, values] of Object.entries(FILTERED)) {
    const times = [];
    for (const value of [...values, ...values, ...values]) {
      const { page, close } = await newPage();
      await page.goto(base + path);
      await settled(page);
      await page.waitForTimeout(300);
      times.push(await filterChange(page, value));
      await close();
    }
    line(`${path} filter to new figures`, median(times), "ms, goal 300");
  }
}

const { page, close } = await newPage();
await page.goto(`${base}/customers`);
if (token) {
  await page.getByLabel("Token", { exact: false }).first().fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
}
await settled(page);
const all = await page.getByRole("heading", { level: 2 }).first().innerText();
const first = await scrolling(page);
line(`${all}: scrolling, ${await rowsOf(page)} rows loaded`, first.perSecond, `frames/s, goal 50; slowest frame ${Math.round(first.slowest)} ms`);
const total = Number(all.replace(/\D/g, ""));
for (let step = 0; step < total / 50 && (await rowsOf(page)) < total; step++) {
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await page.waitForTimeout(60);
}
await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
const later = await scrolling(page);
line(`${all}: scrolling, ${await rowsOf(page)} rows loaded`, later.perSecond, `frames/s, goal 50; slowest frame ${Math.round(later.slowest)} ms`);
await close();
await browser.close();
