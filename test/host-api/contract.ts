import { readFileSync } from "node:fs"

/** What Waldur's typed clients expect; contract.json explains its form. */
interface Contract {
  readonly operations: readonly {
    readonly operation: string
    readonly path: string
    readonly answer: string
  }[]
  readonly required: Readonly<Record<string, readonly string[]>>
  readonly enums: Readonly<Record<string, readonly string[]>>
  readonly schemas: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Names that the query parameter `field` takes, separated by spaces. */
  readonly fields: Readonly<Record<string, string>>
}

export const contract: Contract = JSON.parse(readFileSync(new URL("contract.json", import.meta.url), "utf8"))

export interface Findings {
  /** Values that a client would reject, with their path. */
  readonly faults: string[]
  /** `Schema.field` of every field that was present. */
  readonly seen: Set<string>
}

export function noFindings(): Findings {
  return { faults: [], seen: new Set() }
}

/** Checks a value against a type of the contract and adds to the findings. */
export function check(value: unknown, type: string, findings: Findings, way = ""): void {
  const types = type.split("|")
  if (types.some((one) => isOfType(value, one))) {
    for (const one of types) checkMembers(value, one, findings, way)
    return
  }
  findings.faults.push(`${way || "answer"}: ${JSON.stringify(value)} is not of type ${type}`)
}

const forms: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  object: isObject,
  uuid: (value) => typeof value === "string" && /^[0-9a-f]{32}$/.test(value),
  "date-time": (value) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/.test(value),
}

function isOfType(value: unknown, type: string): boolean {
  if (type.endsWith("[]")) return Array.isArray(value)
  const form = forms[type]
  if (form !== undefined) return form(value)
  const choices = contract.enums[type]
  if (choices !== undefined) return choices.some((choice) => choice === value)
  return isObject(value)
}

/** Checks the members of lists and objects. */
function checkMembers(value: unknown, type: string, findings: Findings, way: string): void {
  if (type.endsWith("[]") && Array.isArray(value)) {
    for (const [index, item] of value.entries()) check(item, type.slice(0, -2), findings, `${way}[${index}]`)
  }
  const fields = contract.schemas[type]
  if (fields === undefined || !isObject(value)) return
  for (const name of contract.required[type] ?? []) {
    if (!(name in value)) findings.faults.push(`${way}.${name} is missing`)
  }
  for (const [name, fieldType] of Object.entries(fields)) {
    if (!(name in value)) continue
    findings.seen.add(`${type}.${name}`)
    check(value[name], fieldType, findings, `${way}.${name}`)
    if (isAddress(name, fieldType)) checkAddress(value[name], findings, `${way}.${name}`)
  }
}

const addresses = new Set([
  ..."url offering plan scope project customer tenant network subnet remote_group settings".split(" "),
  ..."service_settings consumer_reviewed_by provider_reviewed_by".split(" "),
])

function isAddress(name: string, type: string): boolean {
  return addresses.has(name) && type.startsWith("string")
}

function checkAddress(value: unknown, { faults }: Findings, way: string): void {
  const good = value === null || /^http:\/\/[^/]+\/api\/[a-z-]+\/[0-9a-f]{32}\/$/.test(String(value))
  if (!good) faults.push(`${way}: ${value} is not an absolute URL`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
