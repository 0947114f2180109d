import type { Tap } from "./suite.ts"
import { addresses } from "./topics/addresses.ts"
import { addressGroups } from "./topics/addressGroups.ts"
import { groups } from "./topics/groups.ts"
import { identity } from "./topics/identity.ts"
import { lists } from "./topics/lists.ts"
import { networks } from "./topics/networks.ts"
import { portExtras } from "./topics/portExtras.ts"
import { ports } from "./topics/ports.ts"
import { qosPolicies } from "./topics/qosPolicies.ts"
import { quotas } from "./topics/quotas.ts"
import { races } from "./topics/races.ts"
import { routers } from "./topics/routers.ts"
import { rules } from "./topics/rules.ts"
import { serviceQuotas } from "./topics/serviceQuotas.ts"
import { serviceSubnets } from "./topics/serviceSubnets.ts"
import { sharing } from "./topics/sharing.ts"
import { signin } from "./topics/signin.ts"
import { specialRouters } from "./topics/specialRouters.ts"
import { subnetRefusals } from "./topics/subnetRefusals.ts"
import { subnets } from "./topics/subnets.ts"
import { trunks } from "./topics/trunks.ts"
import type { Target } from "./wire.ts"

export type { Target } from "./wire.ts"

const topics = [
  signin,
  identity,
  networks,
  subnets,
  subnetRefusals,
  routers,
  ports,
  addresses,
  serviceSubnets,
  groups,
  rules,
  addressGroups,
  qosPolicies,
  trunks,
  sharing,
  portExtras,
  specialRouters,
  lists,
  quotas,
  serviceQuotas,
  races,
]

/** What the rest of the project takes for granted about a cloud, told by the cloud itself. */
export async function cloudBehaviour(t: Tap, target: Target): Promise<void> {
  for (const topic of topics) await topic(t, target)
}
