import type { Outcome } from "./report.ts"

/** What a report says, before it is Markdown or HTML. All texts are plain: each form escapes them itself. */
export interface ReportDocument {
  readonly title: string
  readonly subtitle: string
  readonly state: string
  readonly tone: Tone
  /** One sentence: how it ended. */
  readonly verdict: string
  readonly tiles: readonly { readonly label: string; readonly count: number; readonly tone: Tone }[]
  /** Objects by outcome, as a bar. */
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
  /** true: only where there is room for it: HTML, folded. */
  readonly long?: true
}

export type Block = Facts | Table

export interface Facts {
  readonly facts: readonly (readonly [label: string, value: string])[]
}

export interface Table {
  /** Words above it, e.g. for a table of one kind; where the section is `long`, it is folded under them. */
  readonly caption?: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** A number is written to the right; shares are a bar; a span is a bar on the time of the whole. */
export type Cell =
  | string
  | number
  | { readonly shares: Shares }
  | { readonly outcome: Outcome }
  | { readonly from: number; readonly to: number }

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  failed: "failed",
  skipped: "skipped",
  open: "open",
  removed: "removed",
  left_out: "left out",
  different: "different",
  dropped: "without attributes",
  mapped: "mapped",
  kept: "kept",
}
