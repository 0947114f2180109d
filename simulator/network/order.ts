import { uuid } from "../ids.ts"
import type { Route } from "./rows.ts"

/**
 * The database gives what an object holds in the order of its keys, not as it was asked; so does this, lest
 * anything come to rely on the order of a request.
 */
export const byText = <T>(items: readonly T[], text: (item: T) => string): T[] =>
  items
    .map((item) => ({ item, key: text(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item)

export const byId = <T extends { readonly id: string }>(rows: readonly T[]): T[] =>
  byText(rows, ({ id }) => id)

export const routesInOrder = (routes: readonly Route[]): Route[] =>
  byText(routes, ({ destination, nexthop }) => `${destination} ${nexthop}`)

/** Pools come back in any order: their keys are random. */
export const shuffled = <T>(items: readonly T[]): T[] => byText(items, () => uuid())
