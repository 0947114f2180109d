import t from "tap"
import { project } from "../../src/kinds/project.ts"

const desired = { name: "copy", description: "", marker: "waldur-tenant-1" }
const actual = { id: "p", name: "copy", description: "", domain_id: "default", enabled: true }

t.test("a project matches by its marker, whatever its name", async (t) => {
  t.equal(project.verify.isMatch?.(desired, { ...actual, tags: ["waldur-tenant-1"] }), true)
  t.equal(project.verify.isMatch?.(desired, { ...actual, tags: ["waldur-tenant-2"] }), false)
  t.equal(project.verify.isMatch?.(desired, actual), false, "a cloud without tags may list anybody's project")
})
