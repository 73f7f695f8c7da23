import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

import type { graphql } from "./api/graphql";
import { isRange } from "./format/periods";
import { t } from "./texts";

type Scalar<Name extends Parameters<typeof graphql.scalar>[0]> = ReturnType<typeof graphql.scalar<Name>>;

export type Scheme = Scalar<"RFMScheme">;
export type Method = Scalar<"SegmentationMethod">;
export type Basis = Scalar<"RevenueBasis">;
export type Comparison = Scalar<"Comparison">;
/** With what a page compares its period; usually with the one before. */
export type Compared = Comparison | "NONE";
export type Attention = Scalar<"Attention">;
export type Unit = Scalar<"CohortPeriod">;
export type Mode = Scalar<"RetentionMode">;
export type CustomerType = Scalar<"CustomerType">;
export type ValueOrder = Scalar<"LifetimeValueOrder">;
export type CustomerOrder = Scalar<"CustomerOrder">;
export type Risk = Scalar<"ChurnRisk">;
export type Grouping = Scalar<"Grouping">;
export type SaleStatus = Scalar<"SaleStatus">;
export type SaleChannel = Scalar<"SaleChannel">;
export type ProductGrouping = Scalar<"ProductGrouping">;
export type ProductOrder = Scalar<"ProductOrder">;

/** What a page shows, as its address says it; what is left out has its usual value. */
export interface Address {
  asOf?: string;
  /** Days of the window of segments; 0 is all history. */
  days?: number;
  /** The days that a page is about: a named range, or so many days or months to its day; else from and to. */
  range?: string;
  from?: string;
  to?: string;
  storefront?: string;
  type?: CustomerType;
  scheme?: Scheme;
  method?: Method;
  basis?: Basis;
  compare?: Compared;
  unit?: Unit;
  mode?: Mode;
  /** What the cells of the cohorts show. */
  cells?: "rate" | "customers" | "revenue" | "cumulative";
  grouping?: Grouping;
  order?: string;
  min?: number;
  max?: number;
  q?: string;
  active?: "yes" | "no";
  /** Whether customers that are not active are in segments too. */
  inactive?: "yes";
  verified?: "yes" | "no";
  risk?: Risk;
  attention?: Attention;
  /** Days since the last purchase: at least and at most so many. */
  sinceMin?: number;
  sinceMax?: number;
  /** What is owed: at least so much. */
  owesMin?: number;
  /** What the year ahead is expected to bring. */
  expectedMin?: number;
  expectedMax?: number;
  segment?: string;
  source?: string;
  tag?: string;
  lastFrom?: string;
  lastTo?: string;
  joinedFrom?: string;
  joinedTo?: string;
  /** Joined at most so many days before the day that is looked at. */
  joinedWithin?: number;
  city?: string;
  country?: string;
  columns?: string;
  status?: SaleStatus;
  channel?: SaleChannel;
  /** The id of the customer whose sales are listed. */
  customer?: string;
  by?: ProductGrouping;
  /** Whose customers are opened beside the page. */
  open?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const LONGEST_WINDOW = 9999;
const day = (value: unknown) =>
  typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
const whole = (value: unknown) => {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 ? number : undefined;
};
const window = (value: unknown) => {
  const days = value === "" ? undefined : whole(value);
  return days !== undefined && days <= LONGEST_WINDOW ? days : undefined;
};
const range = (value: unknown) => (typeof value === "string" && isRange(value) ? value : undefined);
const text = (value: unknown) =>
  typeof value === "string" ? value || undefined : typeof value === "number" ? String(value) : undefined;
const one =
  <Word extends string>(...words: Word[]) =>
  (value: unknown) =>
    words.find((word) => word === value);

const READERS: { [Name in keyof Address]-?: (value: unknown) => Address[Name] | undefined } = {
  asOf: day,
  days: window,
  range,
  from: day,
  to: day,
  storefront: text,
  type: one("RETAIL", "WHOLESALE"),
  scheme: one("POS", "RETAIL", "REPORT"),
  method: one("RFM", "VALUE", "TIER", "CREDIT", "BEHAVIOR"),
  basis: one("NET", "GROSS", "MARGIN"),
  compare: one("PREVIOUS_PERIOD", "PREVIOUS_YEAR", "NONE"),
  unit: one("MONTH", "QUARTER", "YEAR"),
  mode: one("ON", "ON_OR_AFTER"),
  cells: one("rate", "customers", "revenue", "cumulative"),
  grouping: one("DAILY", "WEEKLY", "MONTHLY"),
  order: one(...Object.keys({ ...t.customers.orders, ...t.value.orders, ...t.products.orders })),
  min: whole,
  max: whole,
  q: text,
  active: one("yes", "no"),
  inactive: one("yes"),
  verified: one("yes", "no"),
  risk: one("LOW", "MEDIUM", "HIGH"),
  attention: one("LEAVING", "LOST"),
  sinceMin: whole,
  sinceMax: whole,
  owesMin: whole,
  expectedMin: whole,
  expectedMax: whole,
  segment: one(...Object.values(t.segmentNames).flatMap((names) => Object.keys(names))),
  source: text,
  tag: text,
  lastFrom: day,
  lastTo: day,
  joinedFrom: day,
  joinedTo: day,
  joinedWithin: window,
  city: text,
  country: text,
  columns: text,
  status: one(...(Object.keys(t.sales.statuses) as SaleStatus[])),
  channel: one(...(Object.keys(t.sales.channels) as SaleChannel[])),
  customer: text,
  by: one("PRODUCT", "CATEGORY"),
  open: text,
};

/** What of an address is understood; the rest is dropped, as a mistyped one should not break a page. */
export function readAddress(search: Record<string, unknown>): Address {
  const entries = Object.entries(READERS).map(([name, read]) => [name, read(search[name])] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Address;
}

/** What other pages understand too, and a link to them keeps. */
export function kept({ asOf, range, from, to, compare, storefront, type }: Address): Address {
  return without({ asOf, range, from, to, compare, storefront, type });
}

export function without(address: { [Name in keyof Address]?: Address[Name] | undefined }): Address {
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined && value !== "")) as Address;
}

export type Change = { [Name in keyof Address]?: Address[Name] | undefined };

/** The address, and how to change it; a change can be gone back from unless it replaces. */
export function useAddress(): [Address, (change: Change, options?: { replace?: boolean }) => void] {
  const search: Record<string, unknown> = useSearch({ strict: false });
  // What a route does not understand comes from its parent as it stands in the address.
  const address = useMemo(() => readAddress(search), [search]);
  const navigate = useNavigate();
  const set = useCallback(
    (change: Change, options?: { replace?: boolean }) =>
      void navigate({
        to: ".",
        search: (before: Address) => without({ ...before, ...change }),
        replace: options?.replace ?? false,
        resetScroll: false,
      } as never),
    [navigate],
  );
  return [address, set];
}
