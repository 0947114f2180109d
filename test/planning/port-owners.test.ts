import t from "tap"
import { notCopiedByOwner } from "../../src/planning/port-owners.ts"

t.test(
  "free ports, those of machines and sub ports of trunks are the tenant's own; others their makers'",
  async (t) => {
    for (const owner of ["", "compute:nova", "compute:zone-1", "trunk:subport"]) {
      t.equal(notCopiedByOwner(owner), undefined, owner)
    }
    for (const owner of ["Octavia", "network:dhcp", "manila:share", "trunk:other"]) {
      t.match(notCopiedByOwner(owner), `It belongs to ${owner}`)
    }
  },
)
