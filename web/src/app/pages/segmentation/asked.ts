import { useAddress } from "../../address";
import { scopeOf, useDay } from "../../shell/shop";

/** The days over which it is told who moved, where no others are chosen. */
export const USUAL = { days: 90 };

/** What a segmentation is asked with, as the address says it. */
export function useAsked() {
  const [address] = useAddress();
  const asOf = useDay();
  return {
    method: address.method ?? ("RFM" as const),
    // What is left out is as the shop has it.
    ...(address.scheme && { scheme: address.scheme }),
    ...(address.days !== undefined && { days: address.days || null }),
    asOf,
    ...scopeOf(address),
  };
}
