import { useAddress } from "../../address";
import { scopeOf, usePeriod } from "../../shell/shop";

export const YEAR = { months: 12 };

/** What retention is asked with, as the address says it. */
export function useAsked() {
  const [address] = useAddress();
  return {
    period: usePeriod(YEAR),
    cohortPeriod: address.unit ?? ("MONTH" as const),
    mode: address.mode ?? ("ON" as const),
    ...scopeOf(address),
  };
}
