// The same figure is the same wherever it stands, on three days and for two roles: eleven pages each, which takes its time.
import { after, test } from "node:test";

import { closeAll, place } from "./base.mjs";
import { walk } from "./figures.mjs";

after(closeAll);

const today = new Date().toISOString().slice(0, 10);
const before = (days) => new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);
const DAYS = [today, before(45), before(300)];

for (const [role, token] of [["a manager", place.TOKEN], ["a viewer without personal data", place.VIEWER]]) {
  test(`every figure of the demo shop that stands twice is the API's, for ${role}`, () => walk({ token, days: DAYS, currency: "EUR" }));
}
