import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"

const examples = join(import.meta.dirname, "..", "..", "examples")

/** An example that runs in a process of its own, as a host would. */
export interface Example {
  /** Answers the first line of its output that matches. @throws what it printed, if it ends before */
  line(pattern: RegExp): Promise<RegExpExecArray>
  /** Asks it to end, as a service manager does. Answers its exit code. */
  end(): Promise<number | null>
}

/** @param more what its environment has besides */
export function startExample(
  file: string,
  databaseUrl: string,
  more: NodeJS.ProcessEnv = {},
): Example & AsyncDisposable {
  // What tap hands to its own processes is not for this one.
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, [join(examples, file)], {
    env: { ...env, DATABASE_URL: databaseUrl, PORT: "0", ...more },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const printed: string[] = []
  const closed = once(child, "close")
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      printed.push(line)
      child.emit("printed")
    })
  }
  const end = async () => {
    child.kill("SIGTERM")
    await closed
    if (child.exitCode !== 0)
      process.stderr.write(`${file} ended with ${child.exitCode}:\n${printed.join("\n")}\n`)
    return child.exitCode
  }
  return {
    async line(pattern) {
      for (;;) {
        const found = printed.map((line) => pattern.exec(line)).find((match) => match !== null)
        if (found) return found
        if (child.exitCode !== null)
          throw new Error(`${file} ended with ${child.exitCode}:\n${printed.join("\n")}`)
        await Promise.race([once(child, "printed"), closed])
      }
    },
    end,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) await end()
    },
  }
}

/** The address of an example that serves. */
export async function addressOf(example: Example): Promise<string> {
  const [, url = ""] = await example.line(/Server listening at (http:\/\/127\.0\.0\.1:\d+)/)
  return url
}

/** The address of its migrations. */
export async function migrationsOf(example: Example): Promise<string> {
  return `${await addressOf(example)}/api/openstack-migrations/`
}
