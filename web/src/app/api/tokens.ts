/** The address that the provider sends the reader back to. */
export const RETURN = "/sign-in";

export interface Tokens {
  /** The one that goes to the API. */
  token: string;
  /** Renews it, where the provider gave one. */
  refresh: string | null;
  /** Tells the provider whose session ends. */
  id: string | null;
}

/** A token without anything that renews it. */
export function alone(token: string): Tokens {
  return { token, refresh: null, id: null };
}
