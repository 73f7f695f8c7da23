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
