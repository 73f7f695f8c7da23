import { type FocusEvent, type KeyboardEvent, useCallback, useState } from "react";

const STEPS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const placeOf = (element: EventTarget): [number, number] | null => {
  const place = element instanceof HTMLElement ? element.closest<HTMLElement>("[data-place]")?.dataset.place : undefined;
  return place ? (place.split(".").map(Number) as [number, number]) : null;
};

interface GridKeys {
  /** The cell that Tab comes to, as "row.column". */
  stop: string;
  onKeyDown(event: KeyboardEvent<HTMLElement>): void;
  onFocus(event: FocusEvent<HTMLElement>): void;
}

/** A grid of buttons with `data-place` that is one stop of Tab: the arrow keys, Home and End move in it. */
export function useGridKeys(first = "0.0"): GridKeys {
  const [stop, setStop] = useState(first);
  const onFocus = useCallback(({ target }: FocusEvent<HTMLElement>) => {
    const place = placeOf(target);
    if (place) {
      setStop(place.join("."));
    }
  }, []);
  const onKeyDown = useCallback((event: KeyboardEvent<HTMLElement>) => {
    const place = placeOf(event.target);
    const next = place && target(event.currentTarget, place, event.key);
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }, []);
  return { stop, onFocus, onKeyDown };
}

/** The cell that a key leads to; rows may be of different lengths. */
function target(grid: HTMLElement, [row, column]: [number, number], key: string): HTMLElement | null {
  const at = (place: string) => grid.querySelector<HTMLElement>(`[data-place="${place}"]`);
  if (key === "Home") {
    return at(`${row}.0`);
  }
  if (key === "End") {
    return [...grid.querySelectorAll<HTMLElement>(`[data-place^="${row}."]`)].at(-1) ?? null;
  }
  const [down, right] = STEPS[key] ?? [0, 0];
  return down || right ? at(`${row + down}.${column + right}`) : null;
}
