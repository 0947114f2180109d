import t from "tap"
import { chooseExternalNetwork, declaredExternalNetwork } from "../../host/clouds/facts.ts"
import type { Network } from "../../src/openstack/index.ts"

const network = (id: string, name: string) => ({ id, name }) as Network
const externalNetworks = [network("1", "public"), network("2", "campus"), network("3", "lab")]

for (const [title, choice, id] of [
  ["the requested one, by name", { wanted: "lab", declared: "campus", used: [] }, "3"],
  ["the requested one, by id", { wanted: "2", used: [] }, "2"],
  ["the one that clouds.yaml declares", { declared: "campus", used: [network("3", "lab")] }, "2"],
  ["that of the source, within one cloud", { used: [network("3", "renamed")] }, "3"],
  ["one with the name of the source's, in another cloud", { used: [network("9", "campus")] }, "2"],
  ["else the first", { declared: "gone", used: [network("9", "elsewhere")] }, "1"],
] as const)
  t.test(`the external network of a copy: ${title}`, async (t) => {
    t.equal(chooseExternalNetwork({ externalNetworks }, choice)?.id, id)
  })

t.test("without an external network in the cloud none is chosen", async (t) => {
  t.equal(chooseExternalNetwork({ externalNetworks: [] }, { used: [] }), undefined)
})

t.test(
  "a requested external network that does not exist is refused with a list of those that do",
  async (t) => {
    t.throws(() => chooseExternalNetwork({ externalNetworks }, { wanted: "x", used: [] }), {
      name: "UsageError",
      message: /no external network "x"\. It has public \(1\), campus \(2\), lab \(3\)\.$/,
    })
  },
)

t.test("clouds.yaml declares the external network by either of two keys", async (t) => {
  const networks = [{ name: "a" }, { name: "b", routes_externally: "true" }]
  t.equal(declaredExternalNetwork({ networks }), "b")
  t.equal(declaredExternalNetwork({ external_network: "c" }), "c")
  t.equal(declaredExternalNetwork({}), undefined)
})
