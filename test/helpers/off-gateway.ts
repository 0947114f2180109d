import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { demoTenant } from "../../host/demo/tenants.ts"

/** A small tenant whose router stands at an address of its own, 10.20.0.2: the port for that is made first. */
export function offGateway(): TenantSpec {
  const spec = demoTenant("small")
  const routers = spec.routers.map((router) => ({
    ...router,
    routes: [],
    interfaces: router.interfaces.map((one, index) =>
      index === 0 ? { ...one, ipAddress: "10.20.0.2" } : one,
    ),
  }))
  return { ...spec, routers }
}
