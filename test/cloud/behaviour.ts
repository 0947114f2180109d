import type { Tap } from "./suite.ts"
import { addressGroups } from "./topics/address-groups.ts"
import { addresses } from "./topics/addresses.ts"
import { groups } from "./topics/groups.ts"
import { identity } from "./topics/identity.ts"
import { lists } from "./topics/lists.ts"
import { networks } from "./topics/networks.ts"
import { portExtras } from "./topics/port-extras.ts"
import { ports } from "./topics/ports.ts"
import { qosPolicies } from "./topics/qos-policies.ts"
import { quotas } from "./topics/quotas.ts"
import { races } from "./topics/races.ts"
import { routers } from "./topics/routers.ts"
import { rules } from "./topics/rules.ts"
import { serviceQuotas } from "./topics/service-quotas.ts"
import { serviceSubnets } from "./topics/service-subnets.ts"
import { sharing } from "./topics/sharing.ts"
import { signin } from "./topics/signin.ts"
import { specialRouters } from "./topics/special-routers.ts"
import { subnetRefusals } from "./topics/subnet-refusals.ts"
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

/** Tests the behaviour of a cloud on which the project relies. */
export async function cloudBehaviour(t: Tap, target: Target): Promise<void> {
  for (const topic of topics) await topic(t, target)
}
