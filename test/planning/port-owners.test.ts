import t from "tap"
import { notCopiedByOwner } from "../../src/planning/port-owners.ts"

t.test(
  "free ports, ports of instances and sub ports of trunks are copied; ports of other owners are not",
  async (t) => {
    for (const owner of ["", "compute:nova", "compute:zone-1", "trunk:subport"]) {
      t.equal(notCopiedByOwner(owner), undefined, owner)
    }
    for (const owner of ["Octavia", "network:dhcp", "manila:share", "trunk:other"]) {
      t.match(notCopiedByOwner(owner), `It belongs to ${owner}`)
    }
  },
)
