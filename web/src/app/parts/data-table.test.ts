import { expect, test } from "vitest";

import { sortedBy, type TableColumn, turned } from "./data-table";

interface Row {
  name: string;
  revenue: number | null;
}

const columns: TableColumn<Row>[] = [
  { id: "name", header: "Name", cell: ({ name }) => name, value: ({ name }) => name },
  { id: "revenue", header: "Revenue", cell: ({ revenue }) => revenue, value: ({ revenue }) => revenue, right: true },
  { id: "note", header: "Note", cell: () => "" },
];
const rows: Row[] = [
  { name: "Ben", revenue: 9 },
  { name: "Ann", revenue: null },
  { name: "Émile", revenue: 10 },
  { name: "Cleo", revenue: 1 },
];
const names = (sorting: Parameters<typeof sortedBy<Row>>[2]) => sortedBy(rows, columns, sorting).map(({ name }) => name);

test("numbers are sorted as numbers, what is not known last both ways", () => {
  expect(names({ id: "revenue", isRising: false })).toEqual(["Émile", "Ben", "Cleo", "Ann"]);
  expect(names({ id: "revenue", isRising: true })).toEqual(["Cleo", "Ben", "Émile", "Ann"]);
});

test("words are sorted as a reader would, and other columns not at all", () => {
  expect(names({ id: "name", isRising: true })).toEqual(["Ann", "Ben", "Cleo", "Émile"]);
  expect(names({ id: "note", isRising: true })).toEqual(["Ben", "Ann", "Émile", "Cleo"]);
  expect(names(null)).toEqual(["Ben", "Ann", "Émile", "Cleo"]);
});

test("a first press sorts numbers from the most and words from the first, a second turns it round", () => {
  expect(turned(null, "revenue", true)).toEqual({ id: "revenue", isRising: false });
  expect(turned({ id: "name", isRising: true }, "revenue", true)).toEqual({ id: "revenue", isRising: false });
  expect(turned({ id: "revenue", isRising: false }, "revenue", true)).toEqual({ id: "revenue", isRising: true });
  expect(turned(null, "name", false)).toEqual({ id: "name", isRising: true });
});
