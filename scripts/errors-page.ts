import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { type ErrorDefinition, errorCatalogue } from "../src/errors.ts"

const head = `# Errors

Generated from \`src/errors.ts\` by \`node scripts/errors-page.ts\`; a test compares the two.

Every error of this plugin has a stable code. Clients of the API read it from the response header \`X-Error-Code\`; the body is as Waldur's
clients expect it. Log entries, the objects of a migration and the errors thrown to the host have the code in their field \`code\`.

*Retry* is what a repetition can achieve. **no**: it gives the same error until the cause is corrected. **later**: it may succeed. An object
whose call to a cloud failed with *later* is tried again in up to eight passes, and then fails. Any other error that ends a stage is repeated
seven times within two minutes, whatever its *Retry* is; then the stage is given up and the migration ends as \`ERRED\`. (\`STALE_WORKER\` ends no
stage: another worker continues it.)

The HTTP status applies where a request throws the error. Errors of the start and of workers never reach a client: they are seen in logs, in
objects and in \`error_message\`.
`

const titles = {
  plugin: "Errors of the plugin",
  cloud: "Errors of clouds",
  request: "Errors of requests",
} as const satisfies Readonly<Record<keyof typeof errorCatalogue, string>>

const intros = {
  plugin: "Thrown by the plugin's functions, by its worker and by its operations.",
  cloud:
    "Thrown where a call to OpenStack fails. The message names the cloud, the call, the cloud's words and its request id, then what to do.",
  request:
    "Sent by the API. Texts of their bodies are those of Waldur and Django REST framework wherever these have one.",
} as const satisfies Readonly<Record<keyof typeof errorCatalogue, string>>

/** Returns the text of docs/errors.md. */
export function errorsPage(): string {
  const sections = (["plugin", "cloud", "request"] as const).map(
    (group) => `## ${titles[group]}\n\n${intros[group]}\n\n${errorCatalogue[group].map(entry).join("\n")}`,
  )
  return [head, ...sections].join("\n")
}

function entry({ code, status, retry, meaning, cause, remedy }: ErrorDefinition): string {
  return `### ${code}

${meaning}

| | |
| --- | --- |
| HTTP status | ${status} |
| Retry | ${retry} |
| Cause | ${cause} |
| Remedy | ${remedy} |
`
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, "..", "docs", "errors.md"), errorsPage())
