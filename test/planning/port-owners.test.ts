import t from "tap"
import { whyOthersPort } from "../../src/planning/port-owners.ts"

t.test(
  "free ports, those of machines and sub ports of trunks are the tenant's own; others their makers'",
  async (t) => {
    for (const owner of ["", "compute:nova", "compute:zone-1", "trunk:subport"]) {
      t.equal(whyOthersPort(owner), undefined, owner)
    }
    for (const owner of ["Octavia", "network:dhcp", "manila:share", "trunk:other"]) {
      t.match(whyOthersPort(owner), `It belongs to ${owner}`)
    }
  },
)
