import { uuid } from "../ids.ts"
import type { Route } from "./rows.ts"

/**
 * Sorts by a text. Neutron returns the members of an object in the order of its database, not of the request, so clients
 * must not rely on the order of a request here either.
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

/** Neutron returns pools in random order. */
export const shuffled = <T>(items: readonly T[]): T[] => byText(items, () => uuid())
