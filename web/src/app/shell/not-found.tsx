import { Link } from "@tanstack/react-router";

import { Empty } from "../parts/states";
import { t } from "../texts";

export function NotFound() {
  return (
    <Empty title={t.notFound.title}>
      <Link to="/">{t.notFound.home}</Link>
    </Empty>
  );
}
