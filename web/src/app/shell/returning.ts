import { session } from "../api/session";
import { RETURN } from "../api/tokens";
import { t } from "../texts";

/** Where the provider has sent the reader back: takes its answer, and shows the place that the reader left from. */
export async function returning(): Promise<void> {
  if (location.pathname !== RETURN) {
    return;
  }
  const answer = new URLSearchParams(location.search);
  const { takeLeaving, arrive, reasonOf } = await import("../api/provider");
  const leaving = takeLeaving();
  history.replaceState(null, "", leaving?.place ?? "/");
  if (!leaving) {
    return;
  }
  try {
    session.signIn(await arrive(answer, leaving));
  } catch (error) {
    session.refusal = t.signIn.failed(reasonOf(error));
  }
}
