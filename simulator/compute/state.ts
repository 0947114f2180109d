export const defaultQuotas = {
  cores: 20,
  fixed_ips: -1,
  floating_ips: -1,
  injected_file_content_bytes: 10240,
  injected_file_path_bytes: 255,
  injected_files: 5,
  instances: 10,
  key_pairs: 100,
  metadata_items: 128,
  ram: 51200,
  security_group_rules: -1,
  security_groups: -1,
  server_group_members: 10,
  server_groups: 10,
} as const satisfies Record<string, number>

export const createCompute = () => ({
  /** Quotas that an administrator set, by project. */
  quotas: new Map<string, Readonly<Record<string, number>>>(),
})

export type Compute = ReturnType<typeof createCompute>
