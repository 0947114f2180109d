import { type Running, startProcess } from "../helpers/process.ts"

/** Starts an example in a process of its own, as a host would. @param more additional environment variables */
export function startExample(
  file: string,
  databaseUrl: string,
  more: NodeJS.ProcessEnv = {},
): Running & AsyncDisposable {
  return startProcess([`examples/${file}`], { DATABASE_URL: databaseUrl, PORT: "0", ...more })
}

/** Returns the base URL of an example that serves. */
export async function addressOf(example: Running): Promise<string> {
  const [, url = ""] = await example.line(/Server listening at (http:\/\/127\.0\.0\.1:\d+)/)
  return url
}

/** Returns the URL of its migrations. */
export async function migrationsOf(example: Running): Promise<string> {
  return `${await addressOf(example)}/api/openstack-migrations/`
}
