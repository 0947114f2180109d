import { mkdtemp, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { privateFolder, run } from "../environment.ts"

const packageName = "waldur-api-client"
const version = "8.1.3"

/**
 * A Python that has the client, in a virtual environment below the system's temporary directory; made once.
 * @throws Error that says what the machine lacks
 */
export async function clientEnvironment(signal: AbortSignal): Promise<string> {
  const system = await run(
    "python3",
    ["-c", "import sys; print('.'.join(map(str, sys.version_info[:3])))"],
    signal,
  )
  if (!system.ok) throw new Error(`This suite needs python3 (3.9 or newer) on the PATH. ${system.output}`)
  const folder = await privateFolder()
  const wanted = join(folder, `${packageName}-${version}-python-${system.output}`)
  if (await hasClient(wanted, signal)) return pythonOf(wanted)

  process.stderr.write(`Installing ${packageName} ${version} into ${wanted} …\n`)
  // Made aside and then moved, so that none is ever half made, also where two runs make one at once.
  const fresh = await mkdtemp(join(folder, "new-"))
  try {
    const made = await run("python3", ["-m", "venv", fresh], signal)
    if (!made.ok) {
      throw new Error(`python3 -m venv failed (Debian has it in the package python3-venv): ${made.output}`)
    }
    const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    const installed = await run(pythonOf(fresh), [...pip, `${packageName}==${version}`], signal)
    if (!installed.ok) throw new Error(`pip could not install ${packageName} ${version}: ${installed.output}`)
    if (!(await hasClient(wanted, signal))) {
      await rm(wanted, { recursive: true, force: true })
      await rename(fresh, wanted)
    }
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return pythonOf(wanted)
}

function pythonOf(environment: string): string {
  return join(environment, "bin", "python")
}

async function hasClient(environment: string, signal: AbortSignal): Promise<boolean> {
  const ask = `import waldur_api_client, importlib.metadata as m; print(m.version("${packageName}"))`
  const { ok, output } = await run(pythonOf(environment), ["-BEc", ask], signal)
  return ok && output === version
}
