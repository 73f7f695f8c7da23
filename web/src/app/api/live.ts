import { print } from "graphql";

import { config } from "./config";
import { graphql } from "./graphql";
import { session } from "./session";

declare const __HASHES__: Record<string, string>;

export const dataChanged = graphql(`
  subscription DataChanged {
    dataChanged {
      dataRevision
    }
  }
`);

const PROTOCOL = "graphql-transport-ws";
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

interface Message {
  type: string;
  payload?: { data?: { dataChanged: { dataRevision: number } } };
}

/** Calls back when the data have changed since the first word of them; connects again when cut off. Returns how to stop. */
export function listen(onChange: () => void): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;
  let seen: number | null = null;
  let isRefused = false;
  let token: string | null = null;

  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}${config.endpoint}`, PROTOCOL);
    const say = (message: object) => socket?.send(JSON.stringify(message));
    socket.onopen = () => {
      token = session.token;
      say({ type: "connection_init", payload: { Authorization: `Bearer ${token}` } });
    };
    socket.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data as string) as Message;
      if (type === "connection_ack") {
        wait = FIRST_WAIT_MS;
        say({ id: "1", type: "subscribe", payload: question() });
      } else if (type === "ping") {
        say({ type: "pong" });
      } else if (type === "next") {
        heed(payload?.data?.dataChanged.dataRevision);
      } else if (type === "error") {
        isRefused = true; // asking again would be refused again
      }
    };
    socket.onclose = async ({ code }) => {
      // A provider that does not answer just now may do so later.
      const isOver = isFinal(code) || (isOfToken(code) && !(await session.renewed(token).catch(() => true)));
      if (!isRefused && !isOver) {
        timer = setTimeout(connect, wait);
        wait = Math.min(2 * wait, LONGEST_WAIT_MS);
      }
    };
  };
  const heed = (revision: number | undefined) => {
    if (revision !== undefined && revision !== seen) {
      if (seen !== null) {
        onChange();
      }
      seen = revision;
    }
  };
  connect();
  return () => {
    isRefused = true;
    clearTimeout(timer);
    socket?.close();
  };
}

/** Whether the server closed because of what this page says. */
function isFinal(code: number): boolean {
  return code === 4400 || code === 4406;
}

/** Whether it closed because the token has expired or does not hold. */
function isOfToken(code: number): boolean {
  return code === 4401 || code === 4403;
}

/** By its hash where the build knows one: the server of such a build knows it too. */
function question(): object {
  const hash = __HASHES__["DataChanged"];
  return hash ? { documentId: `sha256:${hash}` } : { query: print(dataChanged) };
}
