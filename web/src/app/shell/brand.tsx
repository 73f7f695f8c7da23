import { NativeSelect } from "@mantine/core";

import { config } from "../api/config";
import { session } from "../api/session";
import { t } from "../texts";
import { useKnownShop } from "./shop";

/** The product and whose shop is looked at. */
export function Brand() {
  return (
    <div className="brand">
      <Mark />
      <div className="names">
        <span className="product">{t.name}</span>
        <ShopName />
      </div>
    </div>
  );
}

/** Rings that close on themselves: customers who come back. */
function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--brand)" />
      <path d="M22.5 12.5A7.5 7.5 0 1 0 23.5 17.5" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      <path d="M23.5 8.5v4.5H19" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
      <circle cx="16" cy="16" r="2.6" fill="#fff" />
    </svg>
  );
}

function ShopName() {
  const shop = useKnownShop();
  if (config.businesses.length > 1) {
    return (
      <NativeSelect
        size="xs"
        variant="unstyled"
        className="business"
        aria-label={t.business}
        value={session.business() ?? ""}
        onChange={({ currentTarget }) => {
          // Storefronts, days and what is opened are those of the other shop.
          history.replaceState(null, "", location.pathname.startsWith("/customers/") ? "/customers" : location.pathname);
          session.choose(currentTarget.value);
          location.reload();
        }}
        data={config.businesses.map(({ name }) => name)}
      />
    );
  }
  return <span className="shop-name">{shop?.name}</span>;
}
