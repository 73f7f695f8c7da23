import { AppShell, Burger } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet } from "@tanstack/react-router";
import { useEffect } from "react";

import { PageSkeleton } from "../parts/states";
import { t } from "../texts";
import { Brand } from "./brand";
import { Finder } from "./finder";
import { FreshnessSign } from "./freshness";
import { Navigation } from "./navigation";
import { ReaderMenu } from "./reader-menu";
import { ShopGate, ShopProvider } from "./shop";

export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  return (
    <ShopProvider>
      <AppShell header={{ height: 60 }} navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: !isOpen } }} padding={0}>
        <a href="#main" className="skip">
          {t.skip}
        </a>
        <AppShell.Header className="header">
          <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t.menu} aria-expanded={isOpen} />
          <Brand />
          <Finder />
          <div className="header-end">
            <FreshnessSign />
            <ReaderMenu />
          </div>
        </AppShell.Header>
        <AppShell.Navbar p="xs" component="nav" aria-label={t.menu} className="navbar">
          <Navigation leave={close} />
        </AppShell.Navbar>
        <AppShell.Main id="main" tabIndex={-1} className="main">
          <ShopGate waiting={<PageSkeleton />}>
            <Outlet />
          </ShopGate>
        </AppShell.Main>
      </AppShell>
    </ShopProvider>
  );
}

/** The title of a page, for the tab too. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${t.name}`;
  }, [title]);
}
