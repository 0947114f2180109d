export const defaultQuotas = {
  network: 100,
  subnet: 100,
  subnetpool: -1,
  port: 500,
  router: 10,
  floatingip: 50,
  rbac_policy: 10,
  security_group: 10,
  security_group_rule: 100,
  trunk: -1,
} as const satisfies Record<string, number>

export type QuotaName = keyof typeof defaultQuotas

export const quotaNames = Object.keys(defaultQuotas) as QuotaName[]

export const isQuotaName = (name: string): name is QuotaName => name in defaultQuotas
