import type { Report } from "../src/report/report.ts"
import type { MigrationDetails } from "../src/serializers/migration.ts"
import type { Progress } from "../src/serializers/progress.ts"

/** A client of the replication API. It has the calls that the commands here need. */
export interface MigrationClient {
  create(body: unknown): Promise<MigrationDetails>
  retrieve(uuid: string): Promise<MigrationDetails>
  progress(uuid: string): Promise<Progress>
  report(uuid: string): Promise<Report>
}

export function migrationClient(url: string, token: string): MigrationClient {
  const base = `${url}/api/openstack-migrations/`
  const send = async <Answer>(path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = { authorization: `Token ${token}`, "content-type": "application/json" }
    const response = await fetch(base + path, { ...init, headers })
    const text = await response.text()
    if (!response.ok)
      throw new Error(`${init.method ?? "GET"} ${base}${path} failed with status ${response.status}: ${text}`)
    return JSON.parse(text)
  }
  return {
    create: (body) => send("", { method: "POST", body: JSON.stringify(body) }),
    retrieve: (uuid) => send(`${uuid}/`),
    progress: (uuid) => send(`${uuid}/progress/`),
    report: (uuid) => send(`${uuid}/report/?format=json`),
  }
}
