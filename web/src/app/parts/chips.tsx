import { createContext, use, useLayoutEffect, useMemo, useState } from "react";

import type { Change } from "../address";

/** A filter that is set, as it is shown beside the button of filters. */
export interface Chip {
  name: string;
  text: string;
  /** What of the address takes it away. */
  clear: Change;
}

interface Chips {
  tell(chip: Chip): void;
  forget(name: string): void;
}

export const ChipsContext = createContext<Chips | null>(null);

/** The filters that are set, in the order in which they were. */
export function useChips(): { chips: Chip[]; told: Chips } {
  const [chips, setChips] = useState<Chip[]>([]);
  const told = useMemo<Chips>(
    () => ({
      tell: (chip) => setChips((before) => (before.some(({ name }) => name === chip.name) ? before.map((one) => (one.name === chip.name ? chip : one)) : [...before, chip])),
      forget: (name) => setChips((before) => before.filter((chip) => chip.name !== name)),
    }),
    [],
  );
  return { chips, told };
}

/** Tells the filters around a control that it is set, so that this is seen while they are folded; null is not set. */
export function useChip(name: string, text: string | null, clear: Change): void {
  const told = use(ChipsContext);
  useLayoutEffect(() => {
    if (told && text !== null) {
      told.tell({ name, text, clear });
      return () => told.forget(name);
    }
    return undefined;
    // What clears a control is made anew whenever it is drawn, and always the same.
  }, [told, name, text]);
}
