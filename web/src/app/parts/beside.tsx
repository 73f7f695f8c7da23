import { Drawer } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";

import { useAddress } from "../address";
import { t } from "../texts";

/** Beside the page, what a number of it opens to; closing it goes back to the number. */
export function Beside({ title, children }: { title: string; children: ReactNode }) {
  const [, set] = useAddress();
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement || opener instanceof SVGElement) {
        requestAnimationFrame(() => opener.focus());
      }
    },
    [opener],
  );
  return (
    <Drawer
      opened
      onClose={() => set({ open: undefined })}
      position="right"
      size="min(100vw, 640px)"
      title={title}
      closeButtonProps={{ "aria-label": t.close }}
    >
      {children}
    </Drawer>
  );
}
