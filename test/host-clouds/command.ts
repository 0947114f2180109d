import { startProcess } from "../helpers/process.ts"

/** Starts `npm start` or `npm run host` in a process of its own, without the OS_* variables of the test's process. */
export function startCommand(
  script: "start" | "serve",
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ReturnType<typeof startProcess> {
  const own = Object.keys(process.env).filter((name) => name.startsWith("OS_"))
  const cleared = Object.fromEntries(["INIT_CWD", "DATABASE_URL", ...own].map((name) => [name, undefined]))
  return startProcess([`host/${script}.ts`, ...args], { ...cleared, ...env })
}

/** Runs a command to its end. */
export async function command(...call: Parameters<typeof startCommand>) {
  await using running = startCommand(...call)
  return await running.ended()
}
