import { type Given, maybe, optional, required } from "./attributes.ts"
import { boolean, oneOf, orNull, string, strings, uuid, uuids } from "./checks.ts"
import { dnsDomain, dnsName } from "./dns.ts"
import { addressPairs, dhcpOptions, fixedIps, mac } from "./port-checks.ts"

const object = (_name: string, value: unknown): object =>
  typeof value === "object" && value !== null ? value : {}

export const portAttributes = {
  network_id: required(uuid, { put: false }),
  name: optional(string(255), ""),
  description: optional(string(255), ""),
  admin_state_up: optional(boolean, true),
  mac_address: maybe(mac),
  fixed_ips: maybe(fixedIps),
  device_id: optional(string(255), ""),
  device_owner: optional(string(255), ""),
  security_groups: maybe(orNull(uuids)),
  port_security_enabled: maybe(boolean),
  allowed_address_pairs: optional(addressPairs, []),
  extra_dhcp_opts: optional(dhcpOptions, []),
  dns_name: optional(dnsName, ""),
  dns_domain: optional(dnsDomain, ""),
  qos_policy_id: optional(orNull(uuid), null),
  propagate_uplink_status: optional(boolean, true),
  numa_affinity_policy: optional(orNull(oneOf(["required", "preferred", "legacy"])), null),
  data_plane_status: optional(orNull(oneOf(["ACTIVE", "DOWN"])), null, { post: false, rule: "admin" }),
  /** Accepted and ignored, as by a cloud without the extension for it. */
  tags: optional(strings, [], { put: false }),
  "binding:vnic_type": optional(
    oneOf([
      "normal",
      "direct",
      "macvtap",
      "baremetal",
      "direct-physical",
      "virtio-forwarder",
      "smart-nic",
      "vdpa",
      "remote-managed",
    ]),
    "normal",
  ),
  "binding:host_id": optional(string(255), "", { rule: "admin" }),
  "binding:profile": optional(object, {}, { rule: "admin" }),
}

export type PortGiven = Given<typeof portAttributes>

const unchangedNames = [
  "dns_name",
  "dns_domain",
  "qos_policy_id",
  "propagate_uplink_status",
  "numa_affinity_policy",
  "data_plane_status",
] as const

/** Returns the attributes that are stored as they are given. */
export const unchangedOf = <G extends Partial<PortGiven>>(given: G) =>
  Object.fromEntries(
    unchangedNames.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  ) as Pick<G, (typeof unchangedNames)[number]>
