import type { FastifyInstance, FastifyRequest } from "fastify"
import { uuid } from "../ids.ts"
import { Refusal } from "../refusals.ts"
import { record } from "../values.ts"
import { type Attributes, optional, readCreation, required } from "./attributes.ts"
import { natural } from "./checks.ts"
import type { NetworkContext } from "./context.ts"
import { find } from "./controller.ts"
import { qosPolicyResource, showQosRule } from "./qos-policies.ts"
import { badAttribute, disallowed } from "./refusals.ts"
import type { QosPolicy, QosRule } from "./rows.ts"
import { touched } from "./state.ts"

const among =
  <T>(values: readonly T[]) =>
  (name: string, value: unknown): T => {
    const found = values.find((one) => one === value)
    if (found === undefined) throw badAttribute(name, `${String(value)} is not in valid_values`)
    return found
  }
const ways = ["ingress", "egress"]
const marks = [0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 44, 46, 48, 56]

const types: Readonly<Record<string, Attributes>> = {
  bandwidth_limit: {
    max_kbps: required(natural),
    max_burst_kbps: optional(natural, 0),
    direction: optional(among(ways), "egress"),
  },
  dscp_marking: { dscp_mark: required(among(marks)) },
  minimum_bandwidth: { min_kbps: required(natural), direction: optional(among(ways), "egress") },
  packet_rate_limit: {
    max_kpps: required(natural),
    max_burst_kpps: optional(natural, 0),
    direction: optional(among(ways), "egress"),
  },
  minimum_packet_rate: {
    min_kpps: required(natural),
    direction: optional(among([...ways, "any"]), "egress"),
  },
}

interface InPolicy {
  Params: { id: string; rule: string }
}

/** A policy has at most one rule of a type and direction. */
export function qosRuleRoutes(app: FastifyInstance, { state, caller }: NetworkContext): void {
  const { network } = state
  const policyOf = (request: FastifyRequest<InPolicy>, action: string): QosPolicy => {
    const requester = caller(request)
    const { id } = find(qosPolicyResource(network), requester, request.params.id)
    if (!requester.isAdmin) throw disallowed(`rule:${action}`)
    return network.qosPolicies.get(id) as QosPolicy
  }
  const save = (policy: QosPolicy, rules: readonly QosRule[]): void => {
    state.ledger.atomically(() => network.qosPolicies.put(touched<QosPolicy>(policy, { rules })))
  }
  for (const [type, attributes] of Object.entries(types)) {
    const member = `${type}_rule`
    const path = `/v2.0/qos/policies/:id/${member}s`
    app.post<InPolicy>(path, async (request, reply) => {
      const policy = policyOf(request, `create_policy_${member}`)
      const kind = { member, attributes, readOnly: ["id"] }
      const values = readCreation(kind, record(record(request.body)[member]))
      const same = policy.rules.find((one) => one.type === type && one.values.direction === values.direction)
      if (same)
        throw new Refusal(
          409,
          "QoSRulesConflict",
          `Rule ${type} conflicts with rule ${same.id} which already exists in QoS Policy ${policy.id}.`,
        )
      const rule = { id: uuid(), type, values }
      save(policy, [...policy.rules, rule])
      return reply.code(201).send({ [member]: showQosRule(rule) })
    })
    app.delete<InPolicy>(`${path}/:rule`, async (request, reply) => {
      const policy = policyOf(request, `delete_policy_${member}`)
      const left = policy.rules.filter(({ id }) => id !== request.params.rule)
      if (left.length === policy.rules.length)
        throw new Refusal(
          404,
          "QosRuleNotFound",
          `QoS rule ${request.params.rule} for policy ${policy.id} could not be found.`,
        )
      save(policy, left)
      return reply.code(204).send()
    })
  }
}
