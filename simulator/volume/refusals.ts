import { Refusal } from "../refusals.ts"

export const volumeForbidden = (action: string): Refusal =>
  new Refusal(403, "forbidden", `Policy doesn't allow volume_extension:${action} to be performed.`)
