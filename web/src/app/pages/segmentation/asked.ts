import { useAddress } from "../../address";
import { scopeOf, useDay, useShop } from "../../shell/shop";

/** The days over which it is told who moved, where no others are chosen. */
export const USUAL = { days: 90 };

/** What a segmentation is asked with, as the address says it. */
export function useAsked() {
  const [address] = useAddress();
  const { segmentScheme, segmentDays } = useShop();
  const asOf = useDay();
  return {
    method: address.method ?? ("RFM" as const),
    scheme: address.scheme ?? segmentScheme,
    days: address.days === undefined ? segmentDays : address.days || null,
    includeInactive: address.inactive === "yes",
    asOf,
    ...scopeOf(address),
  };
}
