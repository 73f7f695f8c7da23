import { createTheme, MantineProvider } from "@mantine/core";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { Provider } from "urql";

import { createClient } from "../api/client";
import { config } from "../api/config";
import { listen } from "../api/live";
import { session } from "../api/session";
import { router } from "./router";
import { SignIn } from "./sign-in";

const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 5 },
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  headings: { fontWeight: "650" },
});

export function Application() {
  const visit = useSyncExternalStore(session.subscribe, () => session.visit);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => config.nonce}>
      {session.token ? <SignedIn key={visit} /> : <SignIn reason={session.refusal} />}
    </MantineProvider>
  );
}

function SignedIn() {
  const { client, shown } = useMemo(createClient, []);
  useEffect(() => listen(() => shown.refresh(client)), [client, shown]);
  return (
    <Provider value={client}>
      <RouterProvider router={router} />
    </Provider>
  );
}
