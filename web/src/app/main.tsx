import "@mantine/core/styles.css";
import "./app.css";

import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";

import { config } from "./api/config";
import { session } from "./api/session";
import { Application } from "./shell/application";
import { returning } from "./shell/returning";

setNonce(config.nonce);
await session.join();
await returning();
createRoot(document.getElementById("root")!).render(<Application />);
