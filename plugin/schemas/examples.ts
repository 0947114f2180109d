import type { Static } from "@sinclair/typebox"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import type { previewResponse } from "../../src/serializers/preview.ts"
import type { Progress } from "../../src/serializers/progress.ts"

/** Invented ids that all examples use: the copy of "shop" in another cloud. */
const uuids = {
  migration: "5d2c1e0f9a7b4c3d8e6f1a2b3c4d5e6f",
  person: "0c9b8a7f6e5d4c3b2a190f8e7d6c5b4a",
  source: "a3f1c2d4e5b64798a0b1c2d3e4f50617",
  copy: "b7e6d5c4b3a2419088f7e6d5c4b3a291",
  srcOffering: "11c0ffee22d34e55a6677b8899aabbcc",
  dstOffering: "22c0ffee33d44f66b7788c99aabbccdd",
  dstPlan: "33c0ffee44d55a77c8899daabbccddee",
  network: "44c0ffee55d66b88d99aaebbccddeeff",
} as const

const volumeTypes = {
  src_type_uuid: "55c0ffee-66d7-4c99-aaab-bfccddeeff00",
  dst_type_uuid: "66c0ffee-77d8-4daa-bbbc-c0ddeeff0011",
}

const subnets = [{ src_cidr: "10.1.0.0/24", dst_cidr: "10.2.0.0/24" }]

const names = {
  src_resource: uuids.source,
  dst_offering: uuids.dstOffering,
  dst_plan: uuids.dstPlan,
} as const

/** Bodies of create and preview. */
export const createBodies = {
  whole: { summary: "The whole tenant, unchanged", value: names },
  mapped: {
    summary: "Other addresses and volume types, no external gateway",
    value: {
      ...names,
      name: "shop-copy",
      description: "Copy of shop in the second cloud",
      mappings: { volume_types: [volumeTypes], subnets, skip_connection_extnet: true },
    },
  },
  part: {
    summary: "One network, with its ports",
    value: { ...names, mappings: { networks: [uuids.network], sync_instance_ports: true } },
  },
} as const

export const updateBodies = {
  mappings: { summary: "Another record of the request", value: { mappings: { subnets } } },
  note: {
    summary: "A note by staff",
    value: { mappings: {}, error_message: "Checked by the operators: the cloud was full." },
  },
} as const

export const patchBodies = {
  note: {
    summary: "A note by staff",
    value: { error_message: "Checked by the operators: the cloud was full." },
  },
  nothing: { summary: "Nothing", value: {} },
} as const

const scheduled: MigrationDetails = {
  uuid: uuids.migration,
  created: "2026-03-02T09:15:27.481516Z",
  modified: "2026-03-02T09:15:27.481516Z",
  mappings: {
    volume_types: [volumeTypes],
    subnets,
    skip_connection_extnet: true,
    sync_instance_ports: false,
  },
  created_by_uuid: uuids.person,
  created_by_full_name: "Mari Maasikas",
  src_offering_uuid: uuids.srcOffering,
  src_offering_name: "Cloud A",
  dst_offering_uuid: uuids.dstOffering,
  dst_offering_name: "Cloud B",
  src_resource_uuid: uuids.source,
  src_resource_name: "shop",
  dst_resource_uuid: uuids.copy,
  dst_resource_name: "shop-copy",
  dst_resource_state: "Creating",
  state: "CREATION_SCHEDULED",
  error_message: "",
  error_traceback: "",
}

const done: MigrationDetails = {
  ...scheduled,
  modified: "2026-03-02T09:15:41.902277Z",
  dst_resource_state: "OK",
  state: "OK",
}

const erred: MigrationDetails = {
  ...scheduled,
  modified: "2026-03-02T09:15:39.118204Z",
  dst_resource_state: "Erred",
  state: "ERRED",
  error_message:
    "1 of 24 objects are missing. port \"web-1\": Cloud B: network POST /ports answered 409: Quota exceeded for resources: ['port'] (req-5f2b8c1e-0d37-4a96-b1f4-2c6e9a7d3b80). Raise this quota of the destination project or delete what uses it, then retry.",
}

export const migrations = {
  done: { summary: "Done", value: done },
  erred: { summary: "Erred", value: erred },
} as const

export const createdMigration = {
  scheduled: { summary: "Scheduled", value: { ...scheduled, src_resource: uuids.source } },
} as const

export const listOfMigrations = {
  one: { summary: "One migration", value: [done] },
  none: { summary: "None", value: [] },
} as const

const previewed: Static<typeof previewResponse> = {
  name: "shop-copy",
  description: "Copy of shop in the second cloud",
  kinds: [
    {
      kind: "network",
      total: 1,
      writes: 1,
      objects: [
        {
          key: "12",
          name: "front",
          source: "0f7d2c6e-5a41-4b0e-9a53-7c1de0b1a8f4",
          desired: { project_id: { ref: "project/project" }, name: "front", description: "", mtu: 1450 },
          mapped: {},
        },
      ],
    },
    {
      kind: "subnet",
      total: 1,
      writes: 1,
      objects: [
        {
          key: "31",
          name: "front-v4",
          source: "7a1d2c3e-0b9c-4f5e-8d6a-2c4b6a8e0f12",
          desired: { network_id: { ref: "network/12" }, cidr: "10.2.0.0/24", gateway_ip: "10.2.0.1" },
          mapped: { cidr: "10.1.0.0/24", gateway_ip: "10.1.0.1" },
        },
      ],
    },
  ],
  limits: { cores: 16, ram: 32_768, gigabytes_ssd: 200 },
  quotas: { vcpu: 16, ram: 32_768, network_count: 10, gigabytes_ssd: 200 },
  omitted: [
    {
      kind: "quota",
      key: "gigabytes_archive",
      name: "gigabytes_archive = 50",
      reason: 'The destination has no volume type "archive", and the request maps it to no other type.',
    },
  ],
  warnings: [{ code: "LIMIT", message: 'DNS servers of "front-v4": 6. Stock Neutron accepts at most 5.' }],
  unread: ["network.dns_domain", "port.extra_dhcp_opts"],
  estimate: { calls: 26, writes: 2, seconds: 3 },
}

export const previews = { mapped: { summary: "A small tenant", value: previewed } } as const

const halfway: Progress = {
  kinds: [
    { kind: "network", total: 3, done: 3, failed: 0, skipped: 0, omitted: 0, removed: 0, differing: 0 },
    { kind: "subnet", total: 4, done: 1, failed: 0, skipped: 0, omitted: 1, removed: 0, differing: 0 },
  ],
  calls: 17,
  source_calls: 14,
  writes: 6,
  started: "2026-03-02T09:15:27.602Z",
  finished: null,
  verification: null,
}

const verified: Progress = {
  kinds: [
    { kind: "network", total: 3, done: 3, failed: 0, skipped: 0, omitted: 0, removed: 0, differing: 0 },
    { kind: "subnet", total: 4, done: 4, failed: 0, skipped: 0, omitted: 1, removed: 0, differing: 0 },
  ],
  calls: 41,
  source_calls: 27,
  writes: 14,
  started: "2026-03-02T09:15:27.602Z",
  finished: "2026-03-02T09:15:41.880Z",
  verification: {
    at: "2026-03-02T09:15:41.311Z",
    pending: false,
    compared: 7,
    differences: 0,
    unmanaged: 0,
    source: { changes: 0 },
  },
}

export const progresses = {
  halfway: { summary: "At work", value: halfway },
  verified: { summary: "Ended and verified", value: verified },
} as const
