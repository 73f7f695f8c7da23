import { useEffect, useState } from "react";

import { t } from "../texts";
import { useKnownShop } from "./shop";

const EVERY_MS = 20_000;

/** How old the latest change is that the page shows. */
export function FreshnessSign() {
  const shop = useKnownShop();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (!shop) {
    return null;
  }
  const { formats, dataRevision, dataUpdatedAt } = shop;
  return (
    <span className="fresh" title={formats.moment(dataUpdatedAt)}>
      {t.fresh.asOf(formats.ago(dataUpdatedAt, Math.max(now, Date.parse(dataUpdatedAt))))} <span className="wide-only">· {t.fresh.revision(formats.count(dataRevision))}</span>
    </span>
  );
}
