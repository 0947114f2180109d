import { join } from "node:path"
import type { Ini } from "./ini.ts"
import { authUrlOf, type Layout, pipelineFile, type ServiceName, socketOf, urlOf } from "./layout.ts"

/** The configuration of each service: APIs only, without agents or other processes. */
export const settings: Readonly<Record<ServiceName, (layout: Layout) => Ini>> = {
  keystone: (layout) => ({
    DEFAULT: { ...general(layout, "keystone"), public_endpoint: urlOf(layout, "keystone") },
    ...quiet,
    database: database(layout, "keystone"),
    // These passwords are used in tests only, and a strong hash would take most of the time of a sign-in.
    identity: { password_hash_rounds: 4 },
    token: { provider: "fernet", expiration: 6 * 3_600 },
    fernet_tokens: { key_repository: join(layout.directory, "keystone", "keys") },
    fernet_receipts: { key_repository: join(layout.directory, "keystone", "keys") },
    // Without a backend it caches for one request, in which Keystone reads the same rows repeatedly.
    cache: { enabled: true },
  }),

  neutron: (layout) => ({
    DEFAULT: {
      ...general(layout, "neutron"),
      ...apiOf(layout, "neutron"),
      core_plugin: "ml2",
      service_plugins: "router,qos,trunk,ndp_proxy",
      dns_domain: "example.test.",
      // No driver supports it, but the API has the attribute.
      vlan_transparent: true,
      dhcp_agent_notification: false,
      notify_nova_on_port_status_changes: false,
      notify_nova_on_port_data_changes: false,
    },
    ...quiet,
    database: database(layout, "neutron"),
    keystone_authtoken: tokenCheck(layout),
    oslo_concurrency: { lock_path: join(layout.directory, "neutron", "locks") },
    ml2: {
      type_drivers: "flat,vxlan",
      tenant_network_types: "vxlan",
      mechanism_drivers: "openvswitch",
      extension_drivers: [
        "port_security",
        "qos",
        // Includes the extensions for DNS domains of networks and of ports.
        "subnet_dns_publish_fixed_ip",
        "uplink_status_propagation",
        "port_numa_affinity_policy",
        "data_plane_status",
      ].join(","),
    },
    ml2_type_flat: { flat_networks: "outside" },
    // Neutron inserts a row for each number at its first start.
    ml2_type_vxlan: { vni_ranges: "1:2000" },
  }),

  cinder: (layout) => ({
    DEFAULT: {
      ...general(layout, "cinder"),
      ...apiOf(layout, "cinder"),
      enabled_backends: "",
      default_volume_type: "standard",
      resource_query_filters_file: join(layout.directory, "cinder", "filters.json"),
    },
    ...quiet,
    database: database(layout, "cinder"),
    keystone_authtoken: tokenCheck(layout),
    oslo_concurrency: { lock_path: join(layout.directory, "cinder", "locks") },
    coordination: { backend_url: `file://${join(layout.directory, "cinder", "coordination")}` },
  }),

  nova: (layout) => ({
    DEFAULT: { ...general(layout, "nova"), enabled_apis: "osapi_compute" },
    ...quiet,
    api: { auth_strategy: "keystone" },
    wsgi: { api_paste_config: pipelineFile(layout, "nova") },
    database: database(layout, "nova"),
    api_database: database(layout, "nova_api"),
    keystone_authtoken: tokenCheck(layout),
    // Nova checks here whether the project of a quota exists.
    keystone: { endpoint_override: authUrlOf(layout) },
    oslo_concurrency: { lock_path: join(layout.directory, "nova", "locks") },
  }),
}

/** Returns the address of a database in the services' form. */
export const databaseUrl = (directory: string, name: string): string =>
  `mysql+pymysql://root@localhost/${name}?unix_socket=${socketOf(directory)}&charset=utf8`

const quiet = { oslo_messaging_notifications: { driver: "noop" } } as const

/** Messages stay in the process, because their recipients do not run. */
function general({ directory }: Layout, service: ServiceName) {
  return {
    transport_url: "fake://",
    log_file: join(directory, "log", `${service}.log`),
    use_stderr: false,
    state_path: join(directory, service),
  }
}

function apiOf(layout: Layout, service: ServiceName) {
  return { auth_strategy: "keystone", api_paste_config: pipelineFile(layout, service) }
}

function database({ directory }: Layout, name: string) {
  return { connection: databaseUrl(directory, name), max_pool_size: 5, max_overflow: 20 }
}

function tokenCheck(layout: Layout) {
  return {
    www_authenticate_uri: authUrlOf(layout),
    auth_url: authUrlOf(layout),
    auth_type: "password",
    username: "service",
    password: layout.servicePassword,
    project_name: "service",
    user_domain_id: "default",
    project_domain_id: "default",
    region_name: layout.region,
    // How long a revoked token is still accepted.
    token_cache_time: 10,
    service_token_roles_required: true,
  }
}
