import type { TenantSpec } from "../../host/demo/tenant-spec.ts"
import { demoTenant } from "../../host/demo/tenants.ts"

/** A small tenant whose router has the address 10.20.0.2, not the gateway's; its port is created before the interface. */
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
