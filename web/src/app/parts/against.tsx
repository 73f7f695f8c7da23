import { useFormats } from "../shell/shop";
import { t } from "../texts";
import { Change } from "./panel";

type Amount = string | number | null | undefined;

/** The change in percent against before, with words that say so. */
export function Against({ now, before }: { now: Amount; before: Amount }) {
  const formats = useFormats();
  const change = changeOf(now, before);
  if (change === null) {
    return t.figures.noComparison;
  }
  return <Change value={Math.abs(change) < 0.05 ? 0 : change} text={t.figures.against(formats.change(change))} />;
}

export function changeOf(now: Amount, before: Amount): number | null {
  if (now === null || now === undefined || before === null || before === undefined || Number(before) === 0) {
    return null;
  }
  return (100 * (Number(now) - Number(before))) / Math.abs(Number(before));
}
