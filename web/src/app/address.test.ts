import { expect, it } from "vitest";

import { kept, readAddress } from "./address";

it("reads what an address says, and drops what it cannot mean", () => {
  expect(readAddress({ asOf: "2011-12-09", days: "30", scheme: "RETAIL", storefront: "7" })).toEqual({
    asOf: "2011-12-09",
    days: 30,
    scheme: "RETAIL",
    storefront: "7",
  });
  expect(readAddress({ asOf: "2026-99-99", days: "99999999", from: "banana" })).toEqual({});
  expect(readAddress({ segment: "CHAMPION", order: "NAME" })).toEqual({ segment: "CHAMPION", order: "NAME" });
  expect(readAddress({ segment: "NOPE", order: "zzz" })).toEqual({});
  expect(readAddress({ days: "" })).toEqual({});
  expect(readAddress({ days: 0 })).toEqual({ days: 0 });
  expect(readAddress({ asOf: "yesterday", days: "-1", scheme: "OTHER", type: "", unknown: "x" })).toEqual({});
});

it("keeps for other pages what they understand", () => {
  expect(kept({ asOf: "2011-12-09", type: "RETAIL", open: "segment:R5F5M5", days: 30 })).toEqual({
    asOf: "2011-12-09",
    type: "RETAIL",
  });
});
