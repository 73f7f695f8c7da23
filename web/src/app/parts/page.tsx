import { Button, Group, Title } from "@mantine/core";
import type { ReactNode } from "react";

import { useAddress } from "../address";
import { useTitle } from "../shell/shell";
import { useShop } from "../shell/shop";
import { t } from "../texts";

interface PageProps {
  title: string;
  about?: ReactNode;
  tools?: ReactNode;
  filters?: ReactNode;
  children: ReactNode;
}

/** A page: its title, what it is filtered by, and from which day it looks. */
export function Page({ title, about, tools, filters, children }: PageProps) {
  useTitle(title);
  return (
    <div className="page">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          {about && <p className="about">{about}</p>}
        </div>
        {tools}
      </Group>
      <QuietShop />
      {filters}
      {children}
    </div>
  );
}

/** Where the shop has long sold nothing, says that pages look from its last day, and offers today. */
function QuietShop() {
  const { quietSince, today, formats } = useShop();
  const [{ asOf, to }, set] = useAddress();
  if (!quietSince) {
    return null;
  }
  const day = to ?? asOf ?? quietSince;
  return (
    <div className="quiet" role="note">
      <span>{day === quietSince ? t.quiet.before(formats.day(quietSince)) : t.quiet.other(formats.day(quietSince), formats.day(day))}</span>
      {day !== today && (
        <Button size="compact-sm" variant="default" onClick={() => set({ asOf: today, from: undefined, to: undefined })}>
          {t.quiet.today}
        </Button>
      )}
      {day !== quietSince && (
        <Button size="compact-sm" variant="default" onClick={() => set({ asOf: undefined, from: undefined, to: undefined })}>
          {t.quiet.last}
        </Button>
      )}
    </div>
  );
}
