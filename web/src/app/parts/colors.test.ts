import { expect, it } from "vitest";

import { colorsOf, REST } from "./colors";

const segment = (name: string, customerCount: number) => ({ code: name, name, customerCount });

it("six segments have a colour of their own, by their name, the smallest are grey", () => {
  const names = ["Champions", "Loyal Customers", "At Risk", "Promising", "Hibernating", "New Customers", "Need Attention"];
  const colors = colorsOf(names.map((name, index) => segment(name, index === 1 ? 1 : 10 + index)));
  expect(colors.get("Champions")).toBe("var(--c1)");
  expect(colors.get("Loyal Customers")).toBe(REST);
  expect(new Set(colors.values()).size).toBe(7);
});
