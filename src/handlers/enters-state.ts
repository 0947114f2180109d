import type { Saved } from "./hooks.ts"

/** Returns whether a row comes to a state with this save: it was inserted in it, or was in another one before. */
export function entersState<Row extends { readonly state: number }>(
  { instance, previous }: Saved<Row>,
  state: number,
): boolean {
  return instance.state === state && previous?.state !== state
}
