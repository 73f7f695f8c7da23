import type { ReactNode } from "react";

interface ShareBarProps {
  /** 0 to 1. */
  share: number;
  color?: string;
  children: ReactNode;
}

/** A name with a bar below it, as long as its share of the longest. */
export function ShareBar({ share, color, children }: ShareBarProps) {
  return (
    <>
      <span className="bar-label">{children}</span>
      <span className="bar" aria-hidden="true">
        <span style={{ width: `${Math.min(Math.max(100 * share, 0), 100)}%`, ...(color ? { background: color } : {}) }} />
      </span>
    </>
  );
}
