/** The counts and special cases of a demo tenant; interfaces, instances and the rest are derived from them. */
export interface TenantShape {
  readonly networks: number
  readonly subnets: number
  /** Indexes of the subnets without a router. */
  readonly isolated: readonly number[]
  /** Two of the isolated subnets that have the same CIDR. */
  readonly sameCidr?: readonly [number, number]
  /** Indexes of the subnets without a gateway. */
  readonly gatewayless: readonly number[]
  /** Indexes of the IPv6 subnets. */
  readonly ipv6: readonly number[]
  readonly routers: number
  /** Indexes of the subnets that the last router is connected to as well, at an address that is not the gateway's. */
  readonly shared: readonly number[]
  readonly groups: number
  readonly rules: number
  readonly ports: number
}
