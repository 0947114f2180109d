import { sql } from "kysely"
import { dashed, parseUuid } from "../../src/models/uuid.ts"
import type { Labels } from "./codes.ts"
import type { Condition, Filter, Refusal } from "./endpoint.ts"
import { column } from "./forms.ts"

const texts = {
  uuid: "Enter a valid UUID.",
  choice: (sent: string) => `Select a valid choice. ${sent} is not one of the available choices.`,
  nul: "Null characters are not allowed.",
} as const

function refuse(text: string): Refusal {
  return { errors: [text] }
}

function last(sent: readonly string[]): string {
  return sent.at(-1) ?? ""
}

function isOneOf(name: string, values: readonly (string | number)[]): Condition {
  return sql`${column(name)} in (${sql.join(values)})`
}

/** A filter that reads one text. NUL is refused, because PostgreSQL cannot store it. */
export function ofText(condition: (value: string) => Condition): Filter {
  return (sent) => (last(sent).includes("\0") ? refuse(texts.nul) : condition(last(sent)))
}

/** A uuid with or without dashes, in any case. */
export function ofUuid(condition: (uuid: string) => Condition): Filter {
  return (sent) => {
    const uuid = parseUuid(last(sent))
    return uuid === undefined ? refuse(texts.uuid) : condition(dashed(uuid))
  }
}

export function uuid(name: string): Filter {
  return ofUuid((value) => sql`${column(name)} = ${value}`)
}

/** A uuid, or the URL of a row, which ends in its uuid. */
export function uuidOrUrl(name: string): Filter {
  return (sent) => uuid(name)([last(sent).replace(/\/$/, "").split("/").at(-1) ?? ""])
}

/** Any of several uuids. */
export function uuids(name: string): Filter {
  return (sent) => {
    const parsed = sent.map(parseUuid).filter((parsed) => parsed !== undefined)
    return parsed.length < sent.length ? refuse(texts.uuid) : isOneOf(name, parsed.map(dashed))
  }
}

export function exactly(name: string): Filter {
  return ofText((value) => sql`${column(name)} = ${value}`)
}

/** A part of one of the texts, ignoring case. */
export function contains(...names: readonly [string, ...string[]]): Filter {
  return ofText((value) => {
    const found = names.map((name) => sql`strpos(lower(${column(name)}), lower(${value})) > 0`)
    return sql`(${sql.join(found, sql` or `)})`
  })
}

/** Any of several texts. */
export function anyText(name: string): Filter {
  return (sent) => (sent.some((value) => value.includes("\0")) ? refuse(texts.nul) : isOneOf(name, sent))
}

/** Any of several labels. */
export function anyLabel(name: string, labels: Labels): Filter {
  return (sent) => {
    const unknown = sent.find((label) => !Object.hasOwn(labels, label))
    if (unknown !== undefined) return refuse(texts.choice(unknown))
    return isOneOf(
      name,
      sent.flatMap((label) => labels[label] ?? []),
    )
  }
}

/** `true` or `false`; any other value is ignored. */
export function flag(name: string): Filter {
  return (sent) => {
    const word = last(sent).toLowerCase()
    if (word !== "true" && word !== "false") return undefined
    return sql`${column(name)} = ${word === "true"}`
  }
}
