import "@mantine/core/styles.css";
import "./app.css";

import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";

import { config } from "./api/config";
import { Application } from "./shell/application";
import { returning } from "./shell/returning";

setNonce(config.nonce);
await returning();
createRoot(document.getElementById("root")!).render(<Application />);
