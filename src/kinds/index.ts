import { addressGroup } from "./address-group.ts"
import { gateway } from "./gateway.ts"
import { routerInterface } from "./interface.ts"
import type { AnyKind } from "./kind.ts"
import { network } from "./network.ts"
import { port } from "./port.ts"
import { project } from "./project.ts"
import { qosBinding } from "./qos-binding.ts"
import { qosPolicy } from "./qos-policy.ts"
import { qosRule } from "./qos-rule.ts"
import { quota } from "./quota.ts"
import { rbacPolicy } from "./rbac-policy.ts"
import { role } from "./role.ts"
import { route } from "./route.ts"
import { router } from "./router.ts"
import { securityGroup } from "./security-group.ts"
import { securityGroupRule } from "./security-group-rule.ts"
import { subnet } from "./subnet.ts"
import { tag } from "./tag.ts"
import { trunk } from "./trunk.ts"
import { user } from "./user.ts"

/** The registry of kinds: every kind of object that is copied. CONTRIBUTING.md describes how to add one. */
export const kinds: readonly AnyKind[] = [
  project,
  user,
  role,
  quota,
  qosPolicy,
  qosRule,
  network,
  subnet,
  router,
  gateway,
  routerInterface,
  route,
  addressGroup,
  securityGroup,
  securityGroupRule,
  port,
  trunk,
  qosBinding,
  rbacPolicy,
  tag,
]
