import { hex } from "./uuid.ts"

/** Returns what every object of a source has, from its row. */
export function rowIdentity(row: {
  readonly uuid: string
  readonly backend_id: string
  readonly name: string
  readonly description: string
}) {
  return { key: hex(row.uuid), backendId: row.backend_id, name: row.name, description: row.description }
}
