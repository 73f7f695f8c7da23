import { createContext, type ReactNode, use, useMemo } from "react";

import { type Address, type CustomerType, useAddress } from "../address";
import { graphql, type ResultOf } from "../api/graphql";
import { useReport } from "../api/use-report";
import { daysBefore, type Formats, formatsOf, monthsBefore, todayIn, type Weekday } from "../format/formats";
import { Failed } from "../parts/states";
import { t } from "../texts";

export const shopQuery = graphql(`
  query Shop {
    viewer {
      role
      business {
        name
        currency
        timezone
        weekStart
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
  role: string;
  currency: string;
  storefronts: ResultOf<typeof shopQuery>["storefronts"];
  formats: Formats;
  today: string;
  /** The day on which its weeks begin. */
  weekStart: Weekday;
  firstDay: string | null;
  /** The day of the last sale where the shop has none in the 90 days to today, else null. */
  quietSince: string | null;
}

const ShopContext = createContext<Shop | null>(null);

export function useShop(): Shop {
  return use(ShopContext)!;
}

export function useFormats(): Formats {
  return useShop().formats;
}

/** The day that a page answers for: the address's, else the last with a sale in a quiet shop, else today. */
export function useDay(): string {
  const shop = useShop();
  const [{ asOf }] = useAddress();
  return asOf ?? shop.quietSince ?? shop.today;
}

/** The period of a page: the address's, else one that ends at its day. */
export function usePeriod(usual: { days: number } | { months: number }): { start: string; end: string } {
  const day = useDay();
  const [{ from, to }] = useAddress();
  const end = to ?? day;
  const start = "days" in usual ? daysBefore(end, usual.days - 1) : daysBefore(monthsBefore(end, usual.months), -1);
  return { start: from ?? start, end };
}

/** Which customers and sales a report is about, as all reports take it. */
export function scopeOf({ storefront, type }: Address): { storefront: string | null; customerType: CustomerType | null } {
  return { storefront: storefront ?? null, customerType: type ?? null };
}

export function ShopProvider({ children, waiting }: { children: ReactNode; waiting: ReactNode }) {
  const { data, problem, retry } = useReport(shopQuery, NO_ANSWER);
  const shop = useMemo(() => data && shopOf(data), [data]);
  if (!shop) {
    return problem ? <Failed problem={problem} retry={retry} what={t.shop.loading} /> : waiting;
  }
  return <ShopContext value={shop}>{children}</ShopContext>;
}

function shopOf({ viewer, storefronts }: ResultOf<typeof shopQuery>): Shop {
  const { name, currency, timezone, weekStart, dataQuality } = viewer.business;
  const today = todayIn(timezone);
  const last = dataQuality.lastBusinessDate;
  return {
    name,
    role: viewer.role,
    currency,
    storefronts,
    formats: formatsOf(undefined, currency, timezone),
    today,
    weekStart,
    firstDay: dataQuality.firstBusinessDate,
    quietSince: last && last <= daysBefore(today, QUIET_DAYS) ? last : null,
  };
}
