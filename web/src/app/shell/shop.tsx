import { createContext, type ReactNode, use, useMemo } from "react";

import { type Address, type CustomerType, type Scheme, useAddress } from "../address";
import { graphql, type ResultOf } from "../api/graphql";
import { type Report, useReport } from "../api/use-report";
import { daysBefore, type Formats, formatsOf, todayIn, type Weekday } from "../format/formats";
import { type Days, daysOf, type Span } from "../format/periods";
import { Failed } from "../parts/states";
import { t } from "../texts";

export const shopQuery = graphql(`
  query Shop {
    viewer {
      subject
      role
      business {
        name
        dataRevision
        dataUpdatedAt
        currency
        timezone
        weekStart
        segmentScheme
        segmentDays
        dataQuality {
          firstBusinessDate
          lastBusinessDate
        }
      }
    }
    storefronts {
      id
      name
    }
  }
`);

const QUIET_DAYS = 90;
const NO_ANSWER = {};

export interface Shop {
  name: string;
  /** Who looks. */
  reader: { subject: string; role: ResultOf<typeof shopQuery>["viewer"]["role"] };
  /** The latest change that answers see, and when it was made. */
  dataRevision: number;
  dataUpdatedAt: string;
  currency: string;
  storefronts: ResultOf<typeof shopQuery>["storefronts"];
  formats: Formats;
  today: string;
  /** The day on which its weeks begin. */
  weekStart: Weekday;
  /** How the shop puts its customers into segments: a table of them, and the days whose purchases count, null for all. */
  segmentScheme: Scheme;
  segmentDays: number | null;
  firstDay: string | null;
  /** The day of the last sale where the shop has none in the 90 days to today, else null. */
  quietSince: string | null;
}

const ShopContext = createContext<{ shop: Shop | null; report: Pick<Report<unknown>, "problem" | "retry"> } | null>(null);

export function useShop(): Shop {
  return useKnownShop()!;
}

/** The shop, as far as it is known yet: for what stands around the pages. */
export function useKnownShop(): Shop | null {
  return use(ShopContext)!.shop;
}

export function useFormats(): Formats {
  return useShop().formats;
}

/** The day that a page answers for: the end of the days in its address, else the last with a sale in a quiet shop, else today. */
export function useDay(): string {
  return usePeriod({ days: 1 }).end;
}

/** The days that a page is about: the address's, else the usual ones. */
export function usePeriod(usual: Span): Days {
  const { quietSince, today, firstDay } = useShop();
  const [{ asOf, range, from, to }] = useAddress();
  return daysOf({ range, from, to }, usual, asOf ?? quietSince ?? today, firstDay);
}

/** Which customers and sales a report is about, as all reports take it. */
export function scopeOf({ storefront, type }: Address): { storefront: string | null; customerType: CustomerType | null } {
  return { storefront: storefront ?? null, customerType: type ?? null };
}

export function ShopProvider({ children }: { children: ReactNode }) {
  const { data, problem, retry } = useReport(shopQuery, NO_ANSWER);
  const shop = useMemo(() => (data ? shopOf(data) : null), [data]);
  return <ShopContext value={{ shop, report: { problem, retry } }}>{children}</ShopContext>;
}

/** What can only be shown once the shop is known. */
export function ShopGate({ children, waiting }: { children: ReactNode; waiting: ReactNode }) {
  const { shop, report } = use(ShopContext)!;
  if (shop) {
    return children;
  }
  return report.problem ? <Failed problem={report.problem} retry={report.retry} what={t.shop.loading} /> : waiting;
}

function shopOf({ viewer, storefronts }: ResultOf<typeof shopQuery>): Shop {
  const { name, currency, timezone, weekStart, segmentScheme, segmentDays, dataRevision, dataUpdatedAt, dataQuality } = viewer.business;
  const today = todayIn(timezone);
  const last = dataQuality.lastBusinessDate;
  return {
    name,
    reader: { subject: viewer.subject, role: viewer.role },
    dataRevision,
    dataUpdatedAt,
    currency,
    storefronts,
    formats: formatsOf(undefined, currency, timezone),
    today,
    weekStart,
    segmentScheme,
    segmentDays,
    firstDay: dataQuality.firstBusinessDate,
    quietSince: last && last <= daysBefore(today, QUIET_DAYS) ? last : null,
  };
}
