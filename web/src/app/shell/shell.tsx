import { ActionIcon, AppShell, Burger, Button, Group, NativeSelect, useMantineColorScheme, useComputedColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect } from "react";

import { kept, useAddress } from "../address";
import { config } from "../api/config";
import { session } from "../api/session";
import { PageSkeleton } from "../parts/states";
import { t } from "../texts";
import { ShopProvider } from "./shop";

const PAGES = [
  ["/", t.pages.overview],
  ["/segmentation", t.pages.segmentation],
  ["/customers", t.pages.customers],
  ["/retention", t.pages.retention],
  ["/lifetime-value", t.pages.lifetimeValue],
  ["/patterns", t.pages.patterns],
  ["/acquisition", t.pages.acquisition],
  ["/receivables", t.pages.receivables],
  ["/data-quality", t.pages.quality],
] as const;

export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const [address] = useAddress();
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: !isOpen } }} padding={0}>
      <a href="#main" className="skip">
        {t.skip}
      </a>
      <AppShell.Header className="header">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap" className="brand">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t.menu} aria-expanded={isOpen} />
            <span className="name">{t.name}</span>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <BusinessChoice />
            <SchemeSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={t.menu} className="navbar">
        {PAGES.map(([to, label]) => (
          <Link
            key={to}
            to={to}
            search={kept(address)}
            className="nav"
            activeOptions={{ exact: to === "/", includeSearch: false }}
            activeProps={{ "aria-current": "page" }}
            onClick={close}
          >
            {label}
          </Link>
        ))}
        {config.graphiql && (
          <a className="nav outside" href={config.endpoint}>
            {t.pages.graphiql}
          </a>
        )}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className="main">
        <ShopProvider waiting={<PageSkeleton />}>
          <Outlet />
        </ShopProvider>
      </AppShell.Main>
    </AppShell>
  );
}

function BusinessChoice() {
  if (config.businesses.length > 1) {
    return (
      <NativeSelect
        size="xs"
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
  return config.businesses.length === 0 ? (
    <Button size="xs" variant="subtle" color="gray" onClick={() => void session.signOut()}>
      {t.signOut}
    </Button>
  ) : null;
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const next = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon variant="subtle" color="gray" size="lg" onClick={() => setColorScheme(next)} aria-label={t.theme[next]} title={t.theme[next]}>
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round">
        {scheme === "dark" ? (
          <>
            <circle cx="12" cy="12" r="4" />
            <path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1 1M17.4 17.4l1 1M18.4 5.6l-1 1M6.6 17.4l-1 1" />
          </>
        ) : (
          <path d="M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5Z" />
        )}
      </svg>
    </ActionIcon>
  );
}

/** The title of a page, for the tab too. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${t.name}`;
  }, [title]);
}
