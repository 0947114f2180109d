import t from "tap"
import { given, withoutSecrets } from "../../host/api/forms.ts"
import { chooseFields } from "../../host/api/query.ts"
import { showQuotas } from "../../host/api/tenant-quotas.ts"

t.test("a tenant's quotas are its limits, else Waldur's defaults", (t) => {
  const quota = (name: string, limits: Quotas, usages: Quotas) =>
    showQuotas(limits, usages).find((one) => one.name === name)
  for (const [rule, name, limits, usages, want] of [
    ["a limit of the tenant counts", "vcpu", [["vcpu", 4]], [], [4, 0]],
    ["without one Waldur's default counts", "vcpu", [], [], [20, 0]],
    ["other names are unlimited", "gigabytes_ssd", [], [["gigabytes_ssd", 7]], [-1, 7]],
    ["usage is at least 0", "ram", [["ram", 1]], [["ram", -5]], [1, 0]],
    ["0 is a limit", "volumes", [["volumes", 0]], [], [0, 0]],
  ] as const) {
    const [limit, usage] = want
    t.strictSame(quota(name, amounts(limits), amounts(usages)), { name, limit, usage }, rule)
  }
  t.end()
})

t.test("a response has the fields that are named", (t) => {
  const shown = { uuid: "1", scope: undefined, name: "one" }
  for (const [rule, query, want] of [
    ["all fields by default", "", shown],
    ["named fields", "field=name&field=uuid", { name: "one", uuid: "1" }],
    ["unknown names are ignored", "field=name&field=x", { name: "one" }],
    ["all fields where no name is known", "field=x", shown],
    ["a field that is missing in this row is known", "field=scope", { scope: undefined }],
    ["names are not separated by commas", "field=name,uuid", shown],
  ] as const) {
    t.strictSame(chooseFields(new URLSearchParams(query), shown), want, rule)
  }
  t.equal(
    given(null, () => "shown"),
    undefined,
    "a missing value is omitted",
  )
  t.strictSame(withoutSecrets({ name: "a", user_password: "b", api_token: "c" }), { name: "a" })
  t.end()
})

type Quotas = readonly { readonly name: string; readonly value: number }[]

function amounts(values: readonly (readonly [string, number])[]): Quotas {
  return values.map(([name, value]) => ({ name, value }))
}
