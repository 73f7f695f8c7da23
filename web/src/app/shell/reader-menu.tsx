import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";

import { config } from "../api/config";
import { session } from "../api/session";
import { Icon } from "../parts/icon";
import { t } from "../texts";
import { useKnownShop } from "./shop";

/** Who looks, with which role; how the page looks; and the way out. */
export function ReaderMenu() {
  const reader = useKnownShop()?.reader;
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const next = scheme === "dark" ? "light" : "dark";
  return (
    <>
      <ActionIcon variant="subtle" color="gray" size="lg" onClick={() => setColorScheme(next)} aria-label={t.theme[next]} title={t.theme[next]}>
        <Icon name={scheme === "dark" ? "sun" : "moon"} size={20} />
      </ActionIcon>
      {reader && (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <button type="button" className="reader">
              <Icon name="person" size={20} />
              <span className="reader-words">
                <span>
                  <span className="hidden">{t.reader.signedIn} </span>
                  {reader.subject}
                </span>{" "}
                <small>{t.roles[reader.role]}</small>
              </span>
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t.reader.who(reader.subject, t.roles[reader.role])}</Menu.Label>
            <Menu.Item disabled={config.businesses.length > 0} onClick={() => void session.signOut()}>
              {config.businesses.length > 0 ? t.reader.demo : t.signOut}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
