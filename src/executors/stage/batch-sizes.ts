import type { AnyKind } from "../../kinds/kind.ts"
import { beginAnew, type Ended, firstSizing, learn, type Sizing } from "./batch-size.ts"

/** What this process has learned of one cloud: how much to ask it for at a time. */
export interface Sizes {
  /** Said before a kind's first call after a while. */
  begin(kind: AnyKind): void
  of(kind: AnyKind): Pick<Sizing, "size" | "atOnce">
  learn(kind: AnyKind, ended: Ended): void
  /** The cloud takes objects one by one only: so do all kinds from now on. */
  bulkIsOff(): void
}

export function newSizes(): Sizes {
  const known = new Map<string, Sizing>()
  let single = false
  const sizingOf = (kind: AnyKind) => known.get(kind.name) ?? firstSizing(kind.api.batch.maxSize)
  return {
    begin(kind) {
      known.set(kind.name, beginAnew(sizingOf(kind)))
    },
    of(kind) {
      const { size, atOnce } = sizingOf(kind)
      return { size: single ? 1 : size, atOnce }
    },
    learn(kind, ended) {
      known.set(kind.name, learn(sizingOf(kind), ended, kind.api.batch.maxSize))
    },
    bulkIsOff() {
      single = true
    },
  }
}

/** What is learned of each cloud, by the id of its service settings, for as long as the process lives. */
export function keptSizes(): (settingsId: number) => Sizes {
  const kept = new Map<number, Sizes>()
  return (settingsId) => {
    const sizes = kept.get(settingsId) ?? newSizes()
    kept.set(settingsId, sizes)
    return sizes
  }
}
