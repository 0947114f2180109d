import { execFile } from "node:child_process"
import { hash } from "node:crypto"
import { readFile, rm, writeFile } from "node:fs/promises"
import { promisify } from "node:util"
import { environment, runCommand } from "./command.ts"

/** Packages with the code only; those with the services' names also install init scripts and ask questions. */
const packages = [
  ...["keystone", "neutron", "cinder", "nova"].map((service) => `python3-${service}`),
  ...["mariadb-server-core", "mariadb-client-core", "uwsgi-core", "uwsgi-plugin-python3"],
]

/** Installs missing packages with apt. Returns a text that changes with the installed versions. */
export async function ensurePackages(log: string, print: (line: string) => void): Promise<string> {
  await refuseOtherSystems()
  const missing = lacking(await installedVersions())
  if (missing.length > 0) {
    if (process.getuid?.() !== 0)
      throw new Error(`Installing OpenStack needs root. Let root run: apt-get install ${missing.join(" ")}`)
    print(`installing ${missing.join(", ")} (a few minutes)`)
    await install(missing, log)
  }
  const versions = await installedVersions()
  return hash("sha256", JSON.stringify(packages.map((name) => versions.get(name)))).slice(0, 16)
}

async function refuseOtherSystems(): Promise<void> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "")
  if (/^VERSION_CODENAME=bookworm$/m.test(release)) return
  const name = /^PRETTY_NAME="?(.*?)"?$/m.exec(release)?.[1] ?? process.platform
  throw new Error(
    `OpenStack is brought up from the packages of Debian 12, and this is ${name}. OPENSTACK_CLOUD_JSON takes a cloud that runs elsewhere.`,
  )
}

const lacking = (versions: ReadonlyMap<string, string>) => packages.filter((name) => !versions.has(name))

async function installedVersions(): Promise<ReadonlyMap<string, string>> {
  const format = `-f=\${Package} \${Version} \${db:Status-Status}\n`
  // It fails where a package is unknown, and prints the others nevertheless.
  const { stdout } = await promisify(execFile)("dpkg-query", ["-W", format, ...packages]).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }),
  )
  const rows = stdout.split("\n").map((line) => line.split(" "))
  return new Map(
    rows.flatMap(([name = "", version = "", status]) => (status === "installed" ? [[name, version]] : [])),
  )
}

async function install(names: readonly string[], log: string): Promise<void> {
  const env = { ...proxies(), ...environment, DEBIAN_FRONTEND: "noninteractive" }
  const apt = (...args: readonly string[]) =>
    runCommand("apt-get", ["-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3", ...args], {
      log,
      env,
    })
  await apt("update")
  await withoutServices(() => apt("install", "-y", "--no-install-recommends", ...names))
}

/** Environment variables with which apt reaches its mirror. */
function proxies(): Readonly<Record<string, string>> {
  const set = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name))
  return Object.fromEntries(set.map(([name, value]) => [name, value ?? ""]))
}

/**
 * Debian starts the daemons that it installs unless this script refuses; some packages that Cinder needs have daemons.
 * The script refuses only while this process lives, so that it does no harm if it is not removed.
 */
async function withoutServices(run: () => Promise<void>): Promise<void> {
  const policy = "/usr/sbin/policy-rc.d"
  const created = await writeFile(policy, `#!/bin/sh\n[ ! -d /proc/${process.pid} ] || exit 101\n`, {
    flag: "wx",
    mode: 0o755,
  }).then(
    () => true,
    () => false,
  )
  try {
    await run()
  } finally {
    if (created) await rm(policy, { force: true })
  }
}
