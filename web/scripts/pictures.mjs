// Takes pictures of every page, in both themes, wide and on a phone:
//   node scripts/pictures.mjs http://127.0.0.1:8000 ../docs/pictures [page …]
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [base, folder, ...chosen] = process.argv.slice(2);
const PAGES = {
  overview: "/",
  segmentation: "/segmentation",
  customers: "/customers",
  customer: null, // the first of the list
  retention: "/retention",
  "lifetime-value": "/lifetime-value",
  patterns: "/patterns",
  products: "/products",
  sales: "/sales",
  acquisition: "/acquisition",
  receivables: "/receivables",
  "data-quality": "/data-quality",
};
const SIZES = { wide: { width: 1360, height: 900 }, phone: { width: 390, height: 844 } };

/** Whether all is drawn: no answer is awaited, nor a model that is still fitted. */
const isWhole = () => document.querySelector(".loaded:not([data-stale])") && !document.querySelector(".mantine-Skeleton-root");

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport, colorScheme: theme, locale: "en-GB" });
    const page = await context.newPage();
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && console.log(message.text()));
    page.on("pageerror", (error) => console.log(error.message));
    for (const [name, path] of Object.entries(PAGES)) {
      if (chosen.length && !chosen.includes(name)) continue;
      await page.goto(base + (path ?? "/customers?order=TOTAL_SPENT"), { waitUntil: "load" });
      if (!path) {
        await page.locator("table a").first().click();
        await page.waitForURL(/customers\/./);
      }
      await page.waitForFunction(isWhole, null, { timeout: 120_000 }).catch(() => console.log(`${name}: not whole`));
      await page.evaluate(() => new Promise((done) => setTimeout(done, 300))); // colours that change, and charts that were just measured
      await page.screenshot({ path: `${folder}/${name}-${size}-${theme}.png` });
    }
    await context.close();
  }
}
await browser.close();
