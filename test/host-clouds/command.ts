import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

const root = join(import.meta.dirname, "..", "..")

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `npm start` (or `npm run host`) with arguments, without npm, and without the variables of whoever runs the test. */
export async function command(
  script: "start" | "serve",
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  until: (child: { readonly stdout: string; kill(): void }) => void = () => undefined,
): Promise<Ended> {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("OS_") && !["NODE_OPTIONS", "INIT_CWD", "DATABASE_URL"].includes(name),
  )
  const child = spawn(process.execPath, [join(root, "host", `${script}.ts`), ...args], {
    cwd: root,
    env: { ...Object.fromEntries(own), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const said = { stdout: "", stderr: "" }
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text
      until({ stdout: said.stdout, kill: () => child.kill("SIGTERM") })
    })
  await once(child, "close")
  return { code: child.exitCode, ...said }
}
