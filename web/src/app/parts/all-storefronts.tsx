import { useAddress } from "../address";
import { t } from "../texts";

/** Beside what does not follow the chosen storefront, that it does not. */
export function AllStorefronts() {
  const [{ storefront }] = useAddress();
  return storefront === undefined ? null : <span className="tag">{t.filters.ofAllStorefronts}</span>;
}
