const base = ["src/errors.ts", "src/planning", "src/models", "src/openstack"]
const stage = [...base, "src/handlers", "src/kinds", "src/executors/queue", "src/executors/stage"]
const verify = [...stage, "src/executors/survey", "src/executors/verify"]
const everything = [
  ...verify,
  "src/api-error.ts",
  "src/access",
  "src/executors/actions",
  "src/executors/clouds",
  "src/executors/plan",
  "src/executors/worker",
  "src/serializers",
  "src/report",
  "src/monitoring",
]

/**
 * The rooms of the tree, each with the rooms that it may import. A room imports only rooms that stand above it here, so
 * the table has no circle. docs/architecture.md names every room; `scripts/imports.ts` checks both.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  "src/errors.ts": [],
  "src/api-error.ts": ["src/errors.ts"],
  "src/openstack": ["src/errors.ts"],
  "src/planning": ["src/errors.ts"],
  "src/models": ["src/errors.ts", "src/planning"],
  "src/access": ["src/errors.ts", "src/api-error.ts", "src/models"],
  "src/handlers": base,
  "src/kinds": base,
  "src/survey": [...base, "src/kinds"],
  "src/executors/queue": ["src/errors.ts", "src/models"],
  "src/executors/clouds": ["src/errors.ts", "src/models", "src/openstack"],
  "src/executors/stage": [
    ...base,
    "src/handlers",
    "src/kinds",
    "src/executors/queue",
    "src/executors/clouds",
  ],
  "src/executors/plan": [...base, "src/kinds", "src/executors/stage"],
  "src/executors/survey": [...stage, "src/survey", "src/executors/plan"],
  "src/executors/verify": [...stage, "src/executors/survey"],
  "src/executors/rollback": verify,
  "src/executors/worker": [...verify, "src/executors/clouds", "src/executors/rollback"],
  "src/executors/actions": [...verify, "src/executors/plan", "src/executors/rollback"],
  "src/serializers": [...base, "src/api-error.ts", "src/access", "src/executors/plan", "src/executors/stage"],
  "src/report": [...base, "src/handlers", "src/serializers"],
  "src/monitoring": [
    "src/models",
    "src/openstack",
    "src/executors/queue",
    "src/executors/clouds",
    "src/executors/stage",
    "src/executors/worker",
  ],
  plugin: everything,
  simulator: [],
  host: [...everything, "plugin", "simulator"],
  bench: [...everything, "host", "simulator"],
  examples: ["plugin"],
  scripts: [...everything, "host"],
  test: [
    ...everything,
    "src/survey",
    "src/executors/rollback",
    "plugin",
    "simulator",
    "host",
    "bench",
    "examples",
    "scripts",
  ],
}
