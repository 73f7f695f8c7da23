import { Client } from "urql";

import { config } from "./config";
import { keeping, Shown } from "./keeping";
import { sending } from "./sending";

/** A client for one token: what was answered to another one is not shown. */
export function createClient(): { client: Client; shown: Shown } {
  const shown = new Shown();
  const client = new Client({
    url: config.endpoint,
    exchanges: [shown.exchange, keeping, sending],
    preferGetMethod: false,
  });
  return { client, shown };
}

