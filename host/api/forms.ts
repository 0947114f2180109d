import { sql } from "kysely"

/** A column of the query at hand. Names are not checked by types: a wrong one fails at run time. */
export const column = sql.ref

/** Id of a Django model. */
export function contentType(appLabel: string, model: string) {
  return sql<number>`(select id from django_content_type where app_label = ${appLabel} and model = ${model})`
}

/**
 * A value that may be missing, in the form of the answer. A missing one leaves its field out: Waldur's typed clients
 * fail on a null where their type has none.
 */
export function given<Value, Shown>(
  value: Value | null | undefined,
  show: (value: Value) => Shown,
): Shown | undefined {
  return value === null || value === undefined ? undefined : show(value)
}

/** The same for fields that may be null. */
export function givenOrNull<Value, Shown>(
  value: Value | null | undefined,
  show: (value: Value) => Shown,
): Shown | null {
  return given(value, show) ?? null
}

const secrets = /password|secret|token|private_key/i

/** Free-form values without those that nobody should read from an answer. */
export function withoutSecrets(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !secrets.test(name)))
}

export function fullName({ first_name, last_name }: { first_name: string; last_name: string }): string {
  return `${first_name} ${last_name}`.trim()
}
