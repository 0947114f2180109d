import type { SourceSubnet } from "../../src/planning/source.ts"
import { type Choices, host, hostCount } from "./choices.ts"

/** The identity of an object: a key as Waldur writes uuids, and an id as OpenStack does. `kind` is one hex digit. */
export function identity(choices: Choices, kind: string, index: number) {
  const digits = index.toString(16).padStart(11, "0")
  return {
    key: `${kind}0000000000000000000${kind}${digits}`,
    backendId: `${kind}1111111-1111-4111-8111-${kind}${digits}`,
    name: choices.name(),
    description: choices.words(),
  }
}

/** The addresses of subnets that are in use already. */
export interface AddressBook {
  /** Takes the first free address from this one on, and returns it; undefined: no address is free. */
  take(subnet: SourceSubnet, wish: number | bigint): string | undefined
  /** Takes this address. Returns whether it was free. */
  takeThis(subnet: SourceSubnet, address: string): boolean
}

export function addressBook(): AddressBook {
  const taken = new Set<string>()
  const takeThis = ({ key }: SourceSubnet, address: string) => {
    const free = !taken.has(`${key} ${address}`)
    taken.add(`${key} ${address}`)
    return free
  }
  return {
    takeThis,
    take(subnet, wish) {
      const count = hostCount(subnet.cidr)
      for (let step = 0n; step < count; step++) {
        const address = host(subnet.cidr, BigInt(wish) + step)
        if (address !== subnet.gatewayIp && takeThis(subnet, address)) return address
      }
      return undefined
    },
  }
}
