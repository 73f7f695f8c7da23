import { Button, Group, Title } from "@mantine/core";
import type { ReactNode } from "react";

import { useAddress } from "../address";
import { useTitle } from "../shell/shell";
import { useDay, useShop } from "../shell/shop";
import { t } from "../texts";
import { AllStorefronts } from "./all-storefronts";

interface PageProps {
  title: string;
  about?: ReactNode;
  /** Whether it is about all storefronts, whichever is chosen. */
  isOfAllStorefronts?: boolean;
  tools?: ReactNode;
  filters?: ReactNode;
  children: ReactNode;
}

/** A page: its title, what it is filtered by, and from which day it looks. */
export function Page({ title, about, isOfAllStorefronts = false, tools, filters, children }: PageProps) {
  useTitle(title);
  return (
    <div className="page">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          {about && (
            <p className="about">
              {about} {isOfAllStorefronts && <AllStorefronts />}
            </p>
          )}
        </div>
        {tools}
      </Group>
      {filters}
      <PastDay />
      {children}
    </div>
  );
}

/** Where the page looks at a day that is past, says so and offers the way back. */
function PastDay() {
  const { quietSince, today, formats } = useShop();
  const day = useDay();
  const [, set] = useAddress();
  if (quietSince) {
    return <QuietShop quietSince={quietSince} />;
  }
  return (
    day < today && (
      <div className="quiet" role="note">
        <span>{t.pastDay.title(formats.day(day))}</span>
        <Button size="compact-sm" variant="default" onClick={() => set(LATEST)}>
          {t.pastDay.back}
        </Button>
      </div>
    )
  );
}

const LATEST = { asOf: undefined, range: undefined, from: undefined, to: undefined };

/** Where the shop has long sold nothing, says that pages look from its last day, and offers today. */
function QuietShop({ quietSince }: { quietSince: string }) {
  const { today, formats } = useShop();
  const day = useDay();
  const [, set] = useAddress();
  return (
    <div className="quiet" role="note">
      <span>{day === quietSince ? t.quiet.before(formats.day(quietSince)) : t.quiet.other(formats.day(quietSince), formats.day(day))}</span>
      {day !== today && (
        <Button size="compact-sm" variant="default" onClick={() => set({ ...LATEST, asOf: today })}>
          {t.quiet.today}
        </Button>
      )}
      {day !== quietSince && (
        <Button size="compact-sm" variant="default" onClick={() => set(LATEST)}>
          {t.quiet.last}
        </Button>
      )}
    </div>
  );
}
