import { useAddress } from "../../address";
import { scopeOf, useDay } from "../../shell/shop";

export const WINDOW = 90;

/** What a segmentation is asked with, as the address says it. */
export function useAsked() {
  const [address] = useAddress();
  const asOf = useDay();
  const days = address.days ?? WINDOW;
  return {
    method: address.method ?? ("RFM" as const),
    scheme: address.scheme ?? ("POS" as const),
    days: days === 0 ? null : days,
    asOf,
    ...scopeOf(address),
  };
}
