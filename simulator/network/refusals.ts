import { Refusal } from "../refusals.ts"
import { unquoted } from "../values.ts"

/** The form of the request is wrong. */
export const badRequest = (message: string): Refusal => new Refusal(400, "HTTPBadRequest", message)

export const badAttribute = (name: string, reason: string): Refusal =>
  badRequest(`Invalid input for ${name}. Reason: ${reason}.`)

export const invalidInput = (message: string): Refusal =>
  new Refusal(400, "InvalidInput", `Invalid input for operation: ${message}.`)

export const badRouter = (message: string): Refusal =>
  new Refusal(400, "BadRequest", `Bad router request: ${message}`)

export const disallowed = (rule: string): Refusal =>
  new Refusal(403, "PolicyNotAuthorized", `${rule} is disallowed by policy`)

export const noPath = (): Refusal => new Refusal(404, "HTTPNotFound", "The resource could not be found.")

export const notFound = {
  network: (id: string) => new Refusal(404, "NetworkNotFound", `Network ${id} could not be found.`),
  subnet: (id: string) => new Refusal(404, "SubnetNotFound", `Subnet ${id} could not be found.`),
  port: (id: string) => new Refusal(404, "PortNotFound", `Port ${id} could not be found.`),
  router: (id: string) => new Refusal(404, "RouterNotFound", `Router ${id} could not be found`),
  group: (id: string) => new Refusal(404, "SecurityGroupNotFound", `Security group ${id} does not exist`),
  rule: (id: string) =>
    new Refusal(404, "SecurityGroupRuleNotFound", `Security group rule ${id} does not exist`),
} as const

export const overQuota = (name: string): Refusal =>
  new Refusal(409, "OverQuota", `Quota exceeded for resources: ['${name}'].`)

export const addressTaken = (ip: string, subnetId: string): Refusal =>
  new Refusal(409, "IpAddressAlreadyAllocated", `IP address ${ip} already allocated in subnet ${subnetId}`)

export const noAddressLeft = (networkId: string): Refusal =>
  new Refusal(409, "IpAddressGenerationFailure", `No more IP addresses available on network ${networkId}.`)

export const noSubnetFor = (networkId: string, owner: string): Refusal =>
  new Refusal(
    409,
    "IpAddressGenerationFailureNoMatchingSubnet",
    `No valid service subnet for the given device owner, network ${networkId}, service type ${owner}.`,
  )

export const inUse = {
  network: (id: string, ports: readonly string[]) =>
    new Refusal(
      409,
      "NetworkInUse",
      `Unable to complete operation on network ${id}. There are one or more ports still in use on the network, id for these ports is: ${ports.join(",")}.`,
    ),
  subnet: (id: string) =>
    new Refusal(
      409,
      "SubnetInUse",
      `Unable to complete operation on subnet ${id}: One or more ports have an IP allocation from this subnet.`,
    ),
  group: (id: string) => new Refusal(409, "SecurityGroupInUse", `Security Group ${id} in use.`),
  router: (id: string, ports: readonly string[]) =>
    new Refusal(409, "RouterInUse", `Router ${id} has ports still attached: ${ports.join(", ")}`),
  port: (id: string, networkId: string, deviceId: string) =>
    new Refusal(
      409,
      "PortInUse",
      `Unable to complete operation on port ${id} for network ${networkId}. Port already has an attached device ${deviceId}.`,
    ),
  servicePort: (id: string, owner: string) =>
    new Refusal(
      409,
      "ServicePortInUse",
      `Port ${id} cannot be deleted directly via the port API: has device owner ${owner}.`,
    ),
} as const

export const wrongKeys = (name: string, expected: readonly string[], given: readonly string[]): Refusal => {
  const set = (keys: readonly string[]) => `{${keys.map((key) => `'${key}'`).join(", ")}}`
  return badAttribute(
    name,
    `Validation of dictionary's keys failed. Expected keys: ${set(expected)} Provided keys: ${set(given)}`,
  )
}

export const notA = (kind: string, value: unknown): string => `'${unquoted(value)}' is not a valid ${kind}`
