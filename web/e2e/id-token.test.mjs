// A provider whose ID token carries the claims that the API wants.
import { after, test } from "node:test";

import { closeAll, loaded, signIn, visit } from "./base.mjs";

after(closeAll);

test("the ID token goes to the API", async () => {
  const { page, close } = await visit("/retention");
  await signIn(page);
  await loaded(page);
  await close();
});
