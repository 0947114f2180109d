import t from "tap"
import type { Service } from "../../src/openstack/index.ts"
import { endpointOf } from "../../src/openstack/session/catalog.ts"
import { endpoint } from "./fake-cloud.ts"

const connection = {
  name: "north",
  authUrl: "https://auth/v3",
  username: "u",
  password: "p",
  projectName: "x",
}

for (const [service, type, given, want] of [
  ["identity", "identity", "https://c/identity", "https://c/identity/v3"],
  ["identity", "identity", "https://c:5000/", "https://c:5000/v3"],
  ["identity", "identity", "https://c:5000/v2.0", "https://c:5000/v3"],
  ["identity", "identity", "https://c:5000/v3/", "https://c:5000/v3"],
  ["network", "network", "https://c:9696", "https://c:9696/v2.0"],
  ["network", "network", "https://c/network/", "https://c/network/v2.0"],
  ["network", "network", "https://c:9696/v2.0", "https://c:9696/v2.0"],
  ["compute", "compute", "https://c/v2.1", "https://c/v2.1"],
  ["compute", "compute", "https://c/v2.1/me", "https://c/v2.1/me"],
  ["compute", "compute", "https://c/compute", "https://c/compute/v2.1"],
  ["volume", "volumev3", "https://c/v3", "https://c/v3/me"],
  ["volume", "volumev3", "https://c/v3/", "https://c/v3/me"],
  ["volume", "volumev3", "https://c/v3/me", "https://c/v3/me"],
  ["volume", "block-storage", "https://c/volume", "https://c/volume/v3/me"],
  ["volume", "block-store", "https://c/v3", "https://c/v3/me"],
  ["volume", "volume", "https://c/v3", "https://c/v3/me"],
  ["image", "image", "https://c:9292", "https://c:9292/v2"],
  ["image", "image", "https://c/image/v2/", "https://c/image/v2"],
] as const)
  t.test(`${service} at ${given} (${type}) has its paths below ${want}`, async (t) => {
    t.equal(endpointOf(service, connection, { projectId: "me", catalog: [endpoint(type, given)] }), want)
  })

const catalog = [
  endpoint("volume", "https://old/v3"),
  endpoint("volumev3", "https://new/v3"),
  endpoint("network", "https://south:1", "south"),
  endpoint("network", "https://north:1", "north"),
  endpoint("network", "https://inner:1", "north", "internal"),
  endpoint("identity", "https://id", "everywhere"),
]

for (const [title, service, more, want] of [
  ["volumev3 is preferred to volume", "volume", {}, "https://new/v3/me"],
  ["the first region is taken where none is named", "network", {}, "https://south:1/v2.0"],
  ["the named region is taken", "network", { region: "north" }, "https://north:1/v2.0"],
  [
    "the named interface is taken",
    "network",
    { region: "north", interface: "internal" },
    "https://inner:1/v2.0",
  ],
  ["Keystone may have another region", "identity", { region: "north" }, "https://id/v3"],
  [
    "Keystone without an entry is where the sign-in was",
    "identity",
    { interface: "admin" },
    "https://auth/v3",
  ],
] as const satisfies readonly (readonly [string, Service, object, string])[])
  t.test(title, async (t) => {
    t.equal(endpointOf(service, { ...connection, ...more }, { projectId: "me", catalog }), want)
  })
