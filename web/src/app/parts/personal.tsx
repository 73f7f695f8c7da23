import { createContext, type ReactNode, use } from "react";

import { t } from "../texts";

/** The fields of the answer around that the reader's role does not see. */
export const HiddenContext = createContext<ReadonlySet<string>>(new Set());

/** Whether a field of the answer is kept from the reader. */
export function useIsHidden(field: string): boolean {
  return use(HiddenContext).has(field);
}

interface PersonalProps {
  /** The field of the API that it is of. */
  field: string;
  children: ReactNode;
}

/** What only some roles see: where it is hidden, that it is; never a gap that looks like nothing. */
export function Personal({ field, children }: PersonalProps) {
  return useIsHidden(field) ? <span className="kept-from">{t.hidden}</span> : children;
}
