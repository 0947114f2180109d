import t from "tap"
import { type TerminationFacts, terminationOf } from "../../src/executors/stage/termination.ts"
import { CoreState, ResourceState } from "../../src/models/codes.ts"

const running: TerminationFacts = {
  migration: CoreState.CREATING,
  resource: ResourceState.CREATING,
  tenant: CoreState.CREATING,
  hasProject: true,
}
const ended = {
  ...running,
  migration: CoreState.OK,
  resource: ResourceState.OK,
  tenant: CoreState.OK,
}
const rollback = {
  ...running,
  migration: CoreState.DELETING,
  resource: ResourceState.TERMINATING,
  tenant: CoreState.DELETION_SCHEDULED,
}

t.test("a termination by the marketplace is told from what this plugin and Waldur's jobs do", async (t) => {
  for (const [what, facts, expected] of [
    ["a running migration", running, undefined],
    ["a migration that is OK", ended, undefined],
    [
      "rows that timed out",
      { ...running, tenant: CoreState.ERRED, resource: ResourceState.ERRED },
      undefined,
    ],
    ["a pull", { ...ended, tenant: CoreState.UPDATING, resource: ResourceState.UPDATING }, undefined],
    ["a rollback", rollback, undefined],
    [
      "a failure before there is a project",
      {
        migration: CoreState.ERRED,
        resource: ResourceState.TERMINATED,
        tenant: CoreState.ERRED,
        hasProject: false,
      },
      undefined,
    ],
    ["a resource being terminated", { ...ended, resource: ResourceState.TERMINATING }, "terminating"],
    ["a tenant to be deleted", { ...running, tenant: CoreState.DELETION_SCHEDULED }, "terminating"],
    ["a tenant being deleted", { ...running, tenant: CoreState.DELETING }, "terminating"],
    ["a tenant deleted during a rollback", { ...rollback, tenant: CoreState.DELETING }, "terminating"],
    ["a terminated resource", { ...ended, resource: ResourceState.TERMINATED }, "terminated"],
    ["a tenant without a row", { ...running, tenant: null }, "terminated"],
    ["a tenant without a row in a rollback", { ...rollback, tenant: null }, "terminated"],
  ] as const)
    t.equal(terminationOf(facts), expected, what)
})
