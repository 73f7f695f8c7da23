export const COLUMNS = ["revenue", "orders", "average", "last", "days", "segment", "joined", "type", "tags", "balance", "stake", "expected", "email", "city"] as const;

export type ColumnName = (typeof COLUMNS)[number];

const USUAL: ColumnName[] = ["revenue", "orders", "last", "segment", "joined", "type"];

/** The columns that the address names, the usual ones where it names none. */
export function chosenColumns(columns: string | undefined): ColumnName[] {
  if (columns === undefined) {
    return USUAL;
  }
  const names = columns.split(".");
  return COLUMNS.filter((name) => names.includes(name));
}

const IN_FILES: Record<ColumnName, string> = {
  revenue: "revenue",
  orders: "orders",
  average: "averageOrderValue",
  last: "lastPurchaseDate",
  days: "daysSinceLastPurchase",
  segment: "segment",
  joined: "joinedOn",
  type: "type",
  tags: "tags",
  balance: "outstandingBalance",
  stake: "atStake",
  expected: "expectedRevenue",
  email: "email",
  city: "city",
};
/** Of which field of the API a column is that not every role sees. */
const PERSONAL: Partial<Record<ColumnName, string>> = { email: "email", city: "address" };

/** What a file calls the columns that are shown, without what it cannot have: a past day's balance, what a role does not see. */
export function columnsOfFile(columns: readonly ColumnName[], { isPast, hidden }: { isPast: boolean; hidden: ReadonlySet<string> }): string[] {
  const had = columns.filter((name) => !(isPast && name === "balance") && !hidden.has(PERSONAL[name] ?? ""));
  return ["number", "name", ...had.map((name) => IN_FILES[name])];
}
