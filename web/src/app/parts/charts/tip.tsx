import type { ReactNode } from "react";

export interface At {
  /** From the left and the top of what holds the tip. */
  x: number;
  y: number;
}

interface TipProps {
  at: At;
  /** How wide the room is that the tip stays in. */
  within: number;
  children: ReactNode;
}

const WIDEST = 280;

/** What is under the pointer or has the focus, told beside it. Those who hear the page are told elsewhere. */
export function Tip({ at: { x, y }, within, children }: TipProps) {
  const isNarrow = within < 2 * WIDEST;
  const side = isNarrow ? { left: 0, right: 0 } : x > within / 2 ? { right: within - x + 14 } : { left: x + 14 };
  return (
    <div className="tip" aria-hidden="true" style={{ ...side, top: y }}>
      {children}
    </div>
  );
}
