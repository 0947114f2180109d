import { formatCidr, parseCidr } from "../addresses.ts"
import { Refusal } from "../refusals.ts"
import { unquoted } from "../values.ts"
import { type Given, optional } from "./attributes.ts"
import { string } from "./checks.ts"
import { removePolicies, sharedIds, sharesWith } from "./rbac.ts"
import { badAttribute } from "./refusals.ts"
import { owns, type Resource } from "./resource.ts"
import type { AddressGroup } from "./rows.ts"
import { type NetworkState, newRow, touched } from "./state.ts"

function addresses(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw badAttribute(name, `'${unquoted(value)}' is not a list`)
  const given = value.map(unquoted)
  const twice = given.find((one, index) => given.indexOf(one) !== index)
  if (twice !== undefined) throw badAttribute(name, `Duplicate items in the list: '${twice}'`)
  return given.map((one) => {
    const cidr = parseCidr(one)
    if (!cidr) throw badAttribute(name, `'${one}' is not a valid IP subnet`)
    if (!one.includes("/"))
      throw badAttribute(
        name,
        `'${one}' isn't a recognized IP subnet cidr, '${formatCidr(cidr)}' is recommended`,
      )
    return formatCidr(cidr)
  })
}

const attributes = {
  name: optional(string(255), ""),
  description: optional(string(255), ""),
  addresses: optional(addresses, [], { put: false }),
}

type AddressGroupGiven = Given<typeof attributes>

const noAddressGroup = (id: string): Refusal =>
  new Refusal(404, "AddressGroupNotFound", `Address group ${id} could not be found.`)

export function addressGroupResource(state: NetworkState): Resource<AddressGroup> {
  return {
    member: "address_group",
    collection: "address_groups",
    path: "address-groups",
    tagged: false,
    // The real service fails on this call as well.
    bulk: () =>
      new Refusal(
        500,
        "HTTPInternalServerError",
        "Request Failed: internal server error while processing your request.",
      ),
    filters: ["name"],
    attributes,
    readOnly: ["id"],
    rows: state.addressGroups,
    notFound: noAddressGroup,
    shared: ({ projectId }) =>
      sharedIds(state, "address_group", projectId).flatMap((id) => state.addressGroups.get(id) ?? []),
    canSee: (caller, row) => owns(caller, row) || sharesWith(state, row.id, caller.projectId),
    canChange: owns,
    create(_caller, projectId, values) {
      const { name, description, addresses } = values as AddressGroupGiven
      return state.addressGroups.put({
        ...newRow(projectId, description, 0),
        name,
        addresses: addresses.toSorted(),
      })
    },
    update: (_caller, row, values) =>
      state.addressGroups.put(touched<AddressGroup>(row, values as Partial<AddressGroupGiven>)),
    remove(_caller, row) {
      if (state.rules.count("address", row.id) > 0)
        throw new Refusal(
          409,
          "AddressGroupInUse",
          `Address group ${row.id} is in use on one or more security group rules.`,
        )
      removePolicies(state, row.id)
      state.addressGroups.remove(row)
    },
    show: (caller, row) => ({
      id: row.id,
      name: row.name,
      project_id: row.project_id,
      addresses: row.addresses,
      shared: sharesWith(state, row.id, caller.projectId),
      description: row.description,
      tenant_id: row.project_id,
    }),
  }
}
