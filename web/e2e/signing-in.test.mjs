// Signing in with a real OpenID Connect provider, which the tests have started.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { ask, AXE, BASE, closeAll, count, figure, loaded, PATIENCE, openFilters, PROVIDER, signIn, signInButton, visit } from "./base.mjs";

after(closeAll);

const WANTED = "/segmentation?days=30";
const shownAt = async (days) => count((await ask(`{ segmentation(days: ${days}) { totalCustomers } }`)).segmentation.totalCustomers);
const address = (page) => page.url().slice(BASE.length);
const keptIn = (page, storage) => page.evaluate((name) => Object.values(window[name]).join("\n"), storage);

/** Changes how the provider behaves; tells what it was asked so far. */
async function provider(behaviour = {}) {
  const response = await fetch(`${PROVIDER}/behave`, { method: "POST", body: JSON.stringify(behaviour) });
  return response.json();
}

test("the reader comes back to the page that was wanted, and stays signed in when it is loaded again", async () => {
  await provider({ lifetime: 300, gives_refresh: true });
  const { codes } = await provider();
  const { page, problems, close } = await visit(WANTED);
  await signInButton(page).waitFor();
  assert.equal(await page.getByLabel("Token", { exact: false }).count(), 0);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
  await signIn(page);
  await loaded(page);
  assert.equal(address(page), WANTED);
  assert.equal(await figure(page, "Customers"), await shownAt(30));
  await page.reload();
  await loaded(page);
  assert.equal((await provider()).codes, codes + 1);
  assert.equal(await keptIn(page, "localStorage").then((text) => text.includes("eyJ")), false);
  assert.match(await keptIn(page, "sessionStorage"), /eyJ/);
  assert.equal(await page.evaluate(() => document.cookie), "");
  assert.deepEqual(problems, []);
  await close();
});

test("a token that has expired is renewed silently", async () => {
  await provider({ lifetime: -60, gives_refresh: true });
  const { page, close } = await visit(WANTED);
  const { refreshes } = await provider();
  await signIn(page);
  await loaded(page);
  assert.equal(address(page), WANTED);
  assert.equal(await figure(page, "Customers"), await shownAt(30));
  assert.ok((await provider()).refreshes > refreshes);
  await close();
});

test("one that expires while the reader looks is renewed without a blink", async () => {
  const { refreshes } = await provider({ lifetime: 2, gives_refresh: true });
  const { page, close } = await visit(WANTED);
  await signIn(page);
  await loaded(page);
  await page.evaluate(() => (document.querySelector(".loaded").id = "still-here"));
  const until = Date.now() + PATIENCE;
  while ((await provider()).refreshes === refreshes && Date.now() < until) await page.waitForTimeout(100);
  assert.equal((await provider()).refreshes, refreshes + 1);
  await openFilters(page);
  await page.getByLabel("Purchases of", { exact: true }).selectOption("365");
  await loaded(page);
  assert.equal(await figure(page, "Customers"), await shownAt(365));
  assert.equal(await page.locator("#still-here").count(), 1);
  await close();
});

test("without a refresh token the reader signs in again, and the place is kept", async () => {
  await provider({ lifetime: -60, gives_refresh: false });
  const { page, close } = await visit(WANTED);
  await signIn(page);
  await page.getByRole("alert").getByText(/expired/).waitFor();
  assert.equal(address(page), WANTED);
  assert.doesNotMatch(await keptIn(page, "sessionStorage"), /eyJ/);
  await provider({ lifetime: 300 });
  await signIn(page);
  await loaded(page);
  assert.equal(address(page), WANTED);
  assert.equal(await figure(page, "Customers"), await shownAt(30));
  await close();
});

test("a refresh token that the provider refuses leads to signing in again", async () => {
  await provider({ lifetime: 300, gives_refresh: true });
  const { page, close } = await visit(WANTED);
  await signIn(page);
  await loaded(page);
  await page.evaluate(() => {
    const [name] = Object.keys(sessionStorage).filter((key) => sessionStorage[key].includes("eyJ"));
    const tokens = JSON.parse(sessionStorage[name]);
    sessionStorage[name] = JSON.stringify({ ...tokens, token: "not.a.token", refresh: "unknown" });
  });
  await page.reload();
  await page.getByRole("alert").waitFor();
  await signInButton(page).waitFor();
  assert.equal(address(page), WANTED);
  await close();
});

test("an answer with a wrong state is refused, and its code is not used", async () => {
  await provider({ lifetime: 300, gives_refresh: true });
  const { codes } = await provider();
  const { page, close } = await visit(WANTED);
  await signInButton(page).click();
  await page.getByRole("button", { name: "Allow" }).waitFor();
  const asked = [];
  page.on("request", (request) => request.url().startsWith(`${PROVIDER}/token`) && asked.push(request.url()));
  await page.goto(`${BASE}/sign-in?code=stolen&state=forged&iss=${encodeURIComponent(PROVIDER)}`);
  await page.getByRole("alert").getByText(/state/).waitFor();
  assert.equal(address(page), WANTED);
  assert.deepEqual(asked, []);
  assert.equal((await provider()).codes, codes);
  assert.doesNotMatch(await keptIn(page, "sessionStorage"), /eyJ|verifier/);
  await close();
});

test("an answer that nobody asked for is not taken", async () => {
  const { page, close } = await visit("/sign-in?code=stolen&state=forged");
  await signInButton(page).waitFor();
  assert.equal(address(page), "/");
  await close();
});

test("a reader who does not allow it is told so, and may try again", async () => {
  const { page, close } = await visit(WANTED);
  await signInButton(page).click();
  await page.getByRole("button", { name: "Deny" }).click();
  await page.getByRole("alert").getByText(/you did not allow it/).waitFor();
  await signIn(page);
  await loaded(page);
  assert.equal(address(page), WANTED);
  await close();
});

test("signing out forgets the tokens, and ends the session at the provider", async () => {
  const { ends } = await provider({ lifetime: 300, gives_refresh: true });
  const { page, problems, close } = await visit(WANTED);
  await signIn(page);
  await loaded(page);
  await page.getByRole("button", { name: "Signed in as" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(`${BASE}/`);
  await signInButton(page).waitFor();
  assert.equal((await provider()).ends, ends + 1);
  assert.doesNotMatch(await keptIn(page, "sessionStorage"), /eyJ/);
  await page.goto(BASE + WANTED);
  await signInButton(page).waitFor();
  assert.deepEqual(problems, []);
  await close();
});

test("a second tab and the API explorer do not ask for the token again, and signing out ends all of them", async () => {
  await provider({ lifetime: 300, gives_refresh: true });
  const { codes } = await provider();
  const { page, problems, close } = await visit(WANTED);
  await signIn(page);
  await loaded(page);
  const second = await page.context().newPage();
  await second.goto(`${BASE}/retention`);
  await loaded(second);
  assert.equal(await signInButton(second).count(), 0);
  const explorer = await page.context().newPage();
  await explorer.goto(`${BASE}/graphql`);
  await explorer.getByRole("link", { name: "Back to the application" }).waitFor();
  const [answer] = await Promise.all([
    explorer.waitForResponse((response) => response.url().endsWith("/graphql") && response.request().method() === "POST"),
    explorer.getByRole("button", { name: /^Execute/ }).click(),
  ]);
  assert.match(answer.request().headers().authorization, /^Bearer eyJ/);
  assert.equal((await provider()).codes, codes + 1);
  await page.getByRole("button", { name: "Signed in as" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await signInButton(second).waitFor();
  assert.doesNotMatch(await keptIn(second, "sessionStorage"), /eyJ/);
  assert.doesNotMatch(await keptIn(explorer, "sessionStorage"), /eyJ/);
  const alone = await page.context().newPage();
  await alone.goto(BASE + WANTED);
  await signInButton(alone).waitFor();
  assert.deepEqual(problems, []);
  await close();
});
