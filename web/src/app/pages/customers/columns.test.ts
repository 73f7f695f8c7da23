import { expect, test } from "vitest";

import { chosenColumns, columnsOfFile } from "./columns";

const seen = { isPast: false, hidden: new Set<string>() };

test.each([
  ["revenue.balance.city", seen, ["number", "name", "revenue", "outstandingBalance", "city"]],
  ["revenue.balance.city", { ...seen, isPast: true }, ["number", "name", "revenue", "city"]],
  ["email.city.stake", { ...seen, hidden: new Set(["address", "email"]) }, ["number", "name", "atStake"]],
  ["", seen, ["number", "name"]],
])("a file has the columns that are shown and that it can have: %s", (columns, given, expected) => {
  expect(columnsOfFile(chosenColumns(columns), given)).toEqual(expected);
});
