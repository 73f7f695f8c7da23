import { useAddress, type ValueOrder } from "../../address";
import { scopeOf, useDay } from "../../shell/shop";
import { t } from "../../texts";

const PAGE = 50;

/** What lifetime value is asked with, as the address says it. */
export function useAsked() {
  const [address] = useAddress();
  const orders = Object.keys(t.value.orders) as ValueOrder[];
  const orderBy = orders.find((order) => order === address.order) ?? ("REVENUE" as const);
  return {
    asOf: useDay(),
    revenueBasis: address.basis ?? ("NET" as const),
    orderBy,
    first: PAGE,
    ...scopeOf(address),
  };
}
