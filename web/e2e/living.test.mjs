// What happens while one looks: a sale is recorded, the server goes and comes back, the token expires.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { BASE, closeAll, figure, loaded, money, openFilters, place, visit } from "./base.mjs";

const { PYTHON, PROGRAM, FOLDER, STORE, SECRET } = place;
const environment = { PATH: process.env.PATH, DATABASE_URL: STORE, SECRET_KEY: SECRET, LOG_LEVEL: "warning" };
const run = promisify(execFile);
let server;

async function start() {
  server = spawn(PYTHON, [PROGRAM, "serve", "--port", new URL(BASE).port], { cwd: FOLDER, env: environment, stdio: "inherit" });
  while (!(await fetch(`${BASE}/readyz`).catch(() => null))?.ok) {
    assert.equal(server.exitCode, null);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

async function stop() {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await ended;
}

before(start);
after(async () => {
  await closeAll();
  await stop();
});

/** A token of the server's own, good for so many seconds. */
function token(seconds) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { sub: "ada", role: "MANAGER", business: 1, pii: true, exp: Math.floor(Date.now() / 1000) + seconds };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createHmac("sha256", SECRET).update(text).digest("base64url")}`;
}

async function signIn(page, given = token(600)) {
  await page.getByLabel("Token", { exact: false }).first().fill(given);
  await page.getByRole("button", { name: "Sign in" }).click();
}

function send(query, given) {
  return fetch(`${BASE}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${given}` },
    body: JSON.stringify({ query }),
  });
}

async function ask(query) {
  return (await (await send(query, token(60))).json()).data;
}

/** Waits until the server refuses a token. */
async function expired(given) {
  while ((await send("{ viewer { role } }", given)).status !== 401) await new Promise((wake) => setTimeout(wake, 100));
}

const revenue = async () => money((await ask("{ lifetimeValueReport { summary { revenue } } }")).lifetimeValueReport.summary.revenue);

test("a sale that another process records changes the figures without a blink", async () => {
  const { page, problems, close } = await visit("/lifetime-value");
  await signIn(page);
  await loaded(page);
  // The model is asked apart, and fitted first: what it waits with is no blink.
  await page.waitForFunction(() => !document.querySelector("main [role=status]"));
  const shown = await figure(page, "Revenue");
  assert.equal(shown, await revenue());
  await page.evaluate(() => {
    window.blinks = [];
    const watched = document.querySelector(".loaded");
    new MutationObserver(() => {
      if (!watched.isConnected) window.blinks.push("what was loaded is gone");
      if (watched.dataset.stale !== undefined) window.blinks.push("it is dimmed");
      if (document.querySelector("main [role=status], main [role=alert]")) window.blinks.push("a skeleton or an alert");
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  const { customers } = await ask("{ customers(first: 1, orderBy: TOTAL_SPENT) { nodes { number } } }");
  writeFileSync(`${FOLDER}/sale.csv`, `sale,day,customer,amount\nNEW-1,${new Date().toISOString()},${customers.nodes[0].number},123456.78\n`);
  await run(PYTHON, [PROGRAM, "import", `${FOLDER}/sale.csv`, "--business", "Demo", "--map", "sale=sale,occurred_at=day,customer=customer,amount=amount"], {
    cwd: FOLDER,
    env: environment,
  });
  await page.waitForFunction((text) => document.querySelectorAll(".figure .value")[1].textContent !== text, shown);
  assert.equal(await figure(page, "Revenue"), await revenue());
  assert.deepEqual(await page.evaluate(() => window.blinks), []);
  assert.deepEqual(problems, []);
  await close();
});

test("while the server is down the last answer stays; when it is up again, changes arrive again", async () => {
  const { page, close } = await visit("/segmentation");
  await signIn(page);
  await loaded(page);
  const shown = await figure(page, "Customers");
  await stop();
  await openFilters(page);
  await page.getByLabel("Purchases of", { exact: true }).selectOption("30");
  await page.getByRole("alert").getByText("The server does not answer just now.").waitFor();
  assert.equal(await figure(page, "Customers"), shown);
  await start();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("alert").waitFor({ state: "detached" });
  await loaded(page);
  assert.notEqual(await figure(page, "Customers"), shown);
  writeFileSync(`${FOLDER}/first.csv`, `sale,day,customer,amount\nNEW-2,${new Date().toISOString()},Newcomer,5.00\n`);
  const { segmentation: then } = await ask("{ segmentation(days: 30) { totalCustomers } }");
  await run(PYTHON, [PROGRAM, "import", `${FOLDER}/first.csv`, "--business", "Demo", "--map", "sale=sale,occurred_at=day,customer=customer,amount=amount"], {
    cwd: FOLDER,
    env: environment,
  });
  await page.waitForFunction((text) => document.querySelector(".figure .value").textContent === text, String(then.totalCustomers + 1));
  await close();
});

test("a token that expires while one looks leads to signing in, with the reason, and back to the same place", async () => {
  const { page, close } = await visit("/segmentation?days=30");
  const short = token(10);
  await signIn(page, short);
  await loaded(page);
  const shown = await figure(page, "Customers");
  await expired(short);
  await openFilters(page);
  await page.getByLabel("Purchases of", { exact: true }).selectOption("180");
  await page.getByRole("alert").getByText(/the token expired/).waitFor();
  assert.equal(await page.evaluate(() => JSON.stringify(sessionStorage).includes("eyJ")), false);
  await signIn(page);
  await loaded(page);
  assert.match(page.url(), /days=180/);
  assert.notEqual(await figure(page, "Customers"), shown);
  await close();
});
