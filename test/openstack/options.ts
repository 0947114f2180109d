import type { Command } from "../../host/command/options.ts"
import { parseArguments } from "../../host/command/parse.ts"

/** The files of topics/, in the order in which they run: with --minutes, those at the end may not run. */
const topics = [
  "attributes",
  "demo-tenants",
  "mapping",
  "behaviour",
  "survey",
  "random-tenants",
  "rollback",
  "lost-replies",
] as const

export const openstackCommand = {
  name: "npm run test:openstack --",
  summary:
    "Tests replication within a real OpenStack: Keystone, Neutron, Nova and Cinder, started for the time of the tests.\n" +
    "Needs root and Debian 12 with apt-get, or a running cloud in OPENSTACK_CLOUD_JSON.",
  options: {
    minutes: {
      type: "number",
      value: "MINUTES",
      max: 10_000,
      fraction: true,
      text: "Start no topic later than this after the cloud was up, and name those that did not run",
    },
  },
  arguments: { value: "[TOPIC ...]", text: "Topics to run (default: all)", choices: topics },
  environment: {
    OPENSTACK_CLOUD_JSON: "JSON file that describes a running cloud to use instead",
    TEST_DATABASE_URL: "A PostgreSQL superuser's URL to use instead of the embedded server",
    LOG_LEVEL: "Level of the hosts' logs (default: silent)",
  },
  examples: ["npm run test:openstack -- --minutes 8 attributes mapping rollback"],
} as const satisfies Command

/** Reads the command's arguments. @throws UsageError */
export function readOpenstackOptions(args: readonly string[]): {
  readonly chosen: readonly string[]
  readonly minutes: number
} {
  const { values, rest } = parseArguments(openstackCommand, args)
  return { chosen: rest.length === 0 ? topics : rest, minutes: values.minutes ?? Number.POSITIVE_INFINITY }
}
