import type { MouseEvent } from "react";

/** A press anywhere in a row is one on its first link or button; text can still be marked. */
export function followFirst(event: MouseEvent<HTMLElement>): void {
  const { target, currentTarget, ctrlKey, metaKey, shiftKey } = event;
  if ((target as Element).closest("a, button, input, select, label, summary") || getSelection()?.toString()) {
    return;
  }
  const first = currentTarget.querySelector("a[href], button:enabled");
  first?.dispatchEvent(new window.MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
}
