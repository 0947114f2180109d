import type { Outcome } from "./report.ts"

/** A report before it becomes Markdown or HTML. All texts are plain; each form escapes them itself. */
export interface ReportDocument {
  readonly title: string
  readonly subtitle: string
  readonly state: string
  readonly tone: Tone
  /** The result in a sentence or two. */
  readonly summary: string
  readonly tiles: readonly { readonly label: string; readonly count: number; readonly tone: Tone }[]
  /** Objects by outcome, drawn as a bar. */
  readonly shares: Shares
  readonly sections: readonly Section[]
}

export type Tone = "good" | "busy" | "warn" | "bad" | "plain"

export type Shares = readonly { readonly outcome: Outcome; readonly count: number }[]

export interface Section {
  readonly title: string
  /** A sentence under the title. */
  readonly note?: string
  readonly blocks: readonly Block[]
  /** Whether the section is shown in HTML only, folded. */
  readonly long?: true
}

export type Block = Facts | Table

export interface Facts {
  readonly facts: readonly (readonly [label: string, value: string])[]
}

export interface Table {
  /** Heading of the table. In a section that is `long`, the table is folded under it. */
  readonly caption?: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** A number is right-aligned; shares are drawn as a bar; `from` and `to` as a part of a bar from 0 to 1. */
export type Cell =
  | string
  | number
  | { readonly shares: Shares }
  | { readonly outcome: Outcome }
  | { readonly from: number; readonly to: number }

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  failed: "failed",
  skipped: "skipped",
  open: "not created yet",
  removed: "removed",
  omitted: "not copied",
  different: "different",
  dropped: "without some attributes",
  mapped: "mapped",
  kept: "kept",
}
