import { gateway } from "./gateway.ts"
import { routerInterface } from "./interface.ts"
import type { AnyKind } from "./kind.ts"
import { network } from "./network.ts"
import { port } from "./port.ts"
import { project } from "./project.ts"
import { quota } from "./quota.ts"
import { role } from "./role.ts"
import { route } from "./route.ts"
import { router } from "./router.ts"
import { securityGroup } from "./security-group.ts"
import { securityGroupRule } from "./security-group-rule.ts"
import { subnet } from "./subnet.ts"
import { user } from "./user.ts"

/** Every kind of object that is copied. A new one is a file beside this one and a line here. */
export const kinds: readonly AnyKind[] = [
  project,
  user,
  role,
  quota,
  network,
  subnet,
  router,
  gateway,
  routerInterface,
  route,
  securityGroup,
  securityGroupRule,
  port,
]
