// Whatever a pointer can do on a page, the keyboard can.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { ask, closeAll, loaded, PAGES, settled, visit } from "./base.mjs";

after(closeAll);

const PLACES = {
  ...PAGES,
  "Customers, all filters": "/customers?active=yes",
  "Segments by value, with moves": "/segmentation?method=VALUE",
  "A cell's customers": "/segmentation?open=cell:5.5",
};

/** Marks what can be operated, and from then on what had the focus; names what only a pointer could operate. */
function marked() {
  const NATIVE = "a[href], button, input, select, textarea, summary";
  const inside = document.querySelector("[role=dialog]") ?? document;
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled;
  const handlers = (element) => element[Object.keys(element).find((key) => key.startsWith("__reactProps$"))] ?? {};
  const focusable = [...inside.querySelectorAll(`${NATIVE}, [tabindex="0"]`)].filter(isShown);
  // Of radio buttons one is reached by Tab, the others from it by arrows.
  // Rows beyond those loaded come by themselves as Tab goes on: the button that brings them is always further down.
  const stops = focusable
    .filter((element) => element.tabIndex >= 0 && (element.type !== "radio" || element.checked))
    .filter((element) => element.textContent !== "Show more");
  stops.forEach((element) => (element.dataset.stop = "missed"));
  document.addEventListener("focusin", ({ target }) => {
    const { outlineStyle, boxShadow } = getComputedStyle(target);
    const isSeen = outlineStyle !== "none" || boxShadow !== "none" || target.matches("input, select, .flow"); // their borders and bands change
    if (target.dataset.stop) target.dataset.stop = isSeen ? "reached" : "unseen";
  });
  const pointerOnly = [...inside.querySelectorAll("*")]
    .filter((element) => handlers(element).onClick && isShown(element) && !element.matches("label"))
    .filter((element) => !element.matches(NATIVE) && !(element.tabIndex === 0 && handlers(element).onKeyDown))
    .filter((element) => !element.querySelector(NATIVE) && !element.closest(NATIVE));
  return { stops: stops.length, pointerOnly: pointerOnly.map(({ outerHTML }) => outerHTML.slice(0, 120)) };
}

for (const [name, path] of Object.entries(PLACES)) {
  test(`${name}: every control is reached by Tab, and shows that it is`, async () => {
    const { page, close } = await visit(path);
    await loaded(page);
    if (path.includes("open=")) await page.getByRole("dialog").locator("tbody a").first().waitFor();
    await reachAll(page);
    await close();
  });
}

test("a customer: every control is reached by Tab, and shows that it is", async () => {
  const { customers } = await ask("{ customers(first: 1, orderBy: TOTAL_SPENT) { nodes { number } } }");
  const { page, close } = await visit(`/customers/${customers.nodes[0].number}`);
  await loaded(page);
  await reachAll(page);
  await close();
});

async function reachAll(page) {
  await settled(page);
  const { stops, pointerOnly } = await page.evaluate(marked);
  assert.ok(stops > 5, `${stops} controls`);
  assert.deepEqual(pointerOnly, [], "only a pointer operates these");
  const those = (state) => page.locator(`[data-stop=${state}]`).evaluateAll((found) => found.map(({ outerHTML }) => outerHTML.slice(0, 120)));
  for (let press = 0; press < 6 * stops && (press % 16 || (await those("missed")).length); press++) {
    await page.keyboard.press("Tab"); // the parts of a date are stops of their own
  }
  assert.deepEqual(await those("missed"), [], "Tab does not come to these");
  assert.deepEqual(await those("unseen"), [], "these do not show the focus");
}

test("a number opens by Enter, keeps the focus inside, and Escape gives it back", async () => {
  const { page, close } = await visit("/segmentation");
  await loaded(page);
  const opener = page.locator(".heat.grid button.cell:enabled").first();
  await opener.focus();
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog");
  await drawer.locator("tbody a").first().waitFor();
  for (let press = 0; press < 8; press++) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.querySelector("[role=dialog]").contains(document.activeElement)));
  }
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  await page.waitForFunction((element) => element === document.activeElement, await opener.elementHandle());
  await close();
});

test("a menu opens by Enter, arrows choose, and Escape gives the focus back", async () => {
  const { page, close } = await visit("/retention");
  await loaded(page);
  const opener = page.getByRole("button", { name: /^Export / }).first();
  await opener.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "CSV" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /CSV|Excel/);
  await page.keyboard.press("Escape");
  await page.getByRole("menuitem", { name: "CSV" }).waitFor({ state: "detached" });
  await page.waitForFunction((element) => element === document.activeElement, await opener.elementHandle());
  await close();
});
