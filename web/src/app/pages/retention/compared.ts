/** A cohort and how many of it bought in each period after its first. */
export interface Held {
  key: string;
  size: number;
  periods: readonly { customerCount: number; complete: boolean }[];
}

interface Compared {
  /** Mean share that bought, 0 to 100, of each cohort. */
  first: number;
  second: number;
  /** Over how many periods: those after the first that both have had in full. */
  periods: number;
  /** Whether they differ by more than two standard errors. */
  isMoreThanChance: boolean;
}

/** How two cohorts held, null where it is too early to tell. */
export function compared(one: Held, other: Held): Compared | null {
  const shared = one.periods.map((_, period) => period).filter((period) => period > 0 && [one, other].every(({ periods }) => periods[period]?.complete));
  if (shared.length === 0) {
    return null;
  }
  const [first, second] = [shareOf(one, shared), shareOf(other, shared)];
  const error = Math.sqrt(variance(first, one.size) + variance(second, other.size));
  return {
    first: 100 * first,
    second: 100 * second,
    periods: shared.length,
    isMoreThanChance: Math.abs(first - second) > 2 * error,
  };
}

function shareOf({ size, periods }: Held, shared: number[]): number {
  return shared.reduce((sum, period) => sum + periods[period]!.customerCount, 0) / (size * shared.length);
}

/** Of a mean over periods in which the same customers buy: at most that of one period. */
function variance(share: number, size: number): number {
  return (share * (1 - share)) / size;
}
