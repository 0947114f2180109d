import { sql } from "kysely"

/** A column of the query. The name is not checked by types: a wrong one fails at run time. */
export const column = sql.ref

/** The id of a Django model, as a subquery. */
export function contentType(appLabel: string, model: string) {
  return sql<number>`(select id from django_content_type where app_label = ${appLabel} and model = ${model})`
}

/**
 * Returns a nullable value in the form of the response, or undefined, which omits the field: Waldur's typed clients fail
 * on a null that their type does not allow.
 */
export function given<Value, Shown>(
  value: Value | null | undefined,
  show: (value: Value) => Shown,
): Shown | undefined {
  return value === null || value === undefined ? undefined : show(value)
}

/** The same for fields that may be null in the response. */
export function givenOrNull<Value, Shown>(
  value: Value | null | undefined,
  show: (value: Value) => Shown,
): Shown | null {
  return given(value, show) ?? null
}

const secrets = /password|secret|token|private_key/i

/** Returns free-form values without those that may be secrets. */
export function withoutSecrets(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !secrets.test(name)))
}

export function fullName({ first_name, last_name }: { first_name: string; last_name: string }): string {
  return `${first_name} ${last_name}`.trim()
}

/** A date as `2026-11-28`. */
export function dateText<Text extends string | null = string>(name: string) {
  return sql<Text>`to_char(${column(name)}, 'YYYY-MM-DD')`
}
