import { Link } from "@tanstack/react-router";

import { kept, useAddress } from "../address";
import { config } from "../api/config";
import { Icon, type IconName } from "../parts/icon";
import { t } from "../texts";

/** The pages that can be gone to from everywhere, in their order. */
export const PAGES = [
  { to: "/", label: t.pages.overview, icon: "overview" },
  { to: "/segmentation", label: t.pages.segmentation, icon: "segments" },
  { to: "/customers", label: t.pages.customers, icon: "customers" },
  { to: "/retention", label: t.pages.retention, icon: "retention" },
  { to: "/lifetime-value", label: t.pages.lifetimeValue, icon: "value" },
  { to: "/patterns", label: t.pages.patterns, icon: "patterns" },
  { to: "/products", label: t.pages.products, icon: "products" },
  { to: "/sales", label: t.pages.sales, icon: "sales" },
  { to: "/acquisition", label: t.pages.acquisition, icon: "acquisition" },
  { to: "/receivables", label: t.pages.receivables, icon: "receivables" },
  { to: "/data-quality", label: t.pages.quality, icon: "quality" },
] as const satisfies { to: string; label: string; icon: IconName }[];

export function Navigation({ leave }: { leave(): void }) {
  const [address] = useAddress();
  return (
    <>
      {PAGES.map(({ to, label, icon }) => (
        <Link
          key={to}
          to={to}
          search={kept(address)}
          className="nav"
          activeOptions={{ exact: to === "/", includeSearch: false }}
          activeProps={{ "aria-current": "page" }}
          onClick={leave}
        >
          <Icon name={icon} />
          {label}
        </Link>
      ))}
      {config.graphiql && (
        <a className="nav outside" href={config.endpoint}>
          <Icon name="explorer" />
          {t.pages.graphiql}
        </a>
      )}
    </>
  );
}
