// Runs files of tests in one browser, two at a time: node e2e/run.mjs PLACES OUTCOMES
// The file PLACES says where each finds what it tests; into the folder OUTCOMES goes how each ended.
import { readFileSync, writeFileSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const AT_ONCE = 2;
const UNUSED = [
  // The search box of a window is two pages, which took as long as the page under test.
  ...["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"],
  // Of Playwright's own list, whose place this one takes: what asks other machines, or draws later.
  ...["AimEnabled", "HttpsUpgrades", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints"],
  ...["PaintHolding", "PreconnectToSearch", "Translate"],
];
const [places, outcomes] = process.argv.slice(2);
const files = Object.keys(JSON.parse(readFileSync(places, "utf-8")));
const browser = await chromium.launchServer({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", `--disable-features=${UNUSED}`] });
Object.assign(process.env, { PLACES: places, BROWSER: browser.wsEndpoint() });

/** Runs one file after the other, until none is left. */
async function runThose() {
  for (let file; (file = files.shift()); ) {
    const ended = { passed: 0, failed: 0, told: "" };
    const tests = run({ files: [fileURLToPath(new URL(file, import.meta.url))] });
    tests.on("test:pass", () => ended.passed++).on("test:fail", () => ended.failed++);
    for await (const text of tests.compose(spec)) ended.told += text;
    writeFileSync(`${outcomes}/${file}.json`, JSON.stringify(ended));
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, runThose));
await browser.close();
