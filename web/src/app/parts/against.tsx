import type { Days } from "../format/periods";
import { useFormats } from "../shell/shop";
import { t } from "../texts";
import { Change } from "./panel";

type Amount = string | number | null | undefined;

interface AgainstProps {
  now: Amount;
  before: Amount;
  /** The days that before is of; null where nothing is compared. */
  compared: Days | null;
  /** How the number is written. */
  format(value: Amount): string;
}

/** The change in percent, and against what: both as words. */
export function Against({ now, before, compared, format }: AgainstProps) {
  const formats = useFormats();
  if (!compared) {
    return null;
  }
  const change = changeOf(now, before);
  return (
    <>
      {change !== null && <Change value={Math.abs(change) < 0.05 ? 0 : change} text={formats.change(change)} />}{" "}
      <span className="versus">{t.figures.versus(formats.shortDays(compared.start, compared.end), format(before))}</span>
    </>
  );
}

export function changeOf(now: Amount, before: Amount): number | null {
  if (now === null || now === undefined || before === null || before === undefined || Number(before) === 0) {
    return null;
  }
  return (100 * (Number(now) - Number(before))) / Math.abs(Number(before));
}
