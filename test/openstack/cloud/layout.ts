import { join } from "node:path"

export const services = ["keystone", "neutron", "cinder", "nova"] as const

export type ServiceName = (typeof services)[number]

/** Where one cloud keeps its files, on which ports it answers, and its secrets. */
export interface Layout {
  readonly directory: string
  readonly ports: Readonly<Record<ServiceName, number>>
  readonly region: string
  readonly adminPassword: string
  /** Of the user that the services check tokens with. */
  readonly servicePassword: string
}

export const host = "127.0.0.1"

/** A description of the running cloud, as OPENSTACK_CLOUD_JSON takes it. */
export const cloudFile = (directory: string): string => join(directory, "cloud.json")

export const socketOf = (directory: string): string => join(directory, "db.sock")

export const configFile = ({ directory }: Layout, service: ServiceName): string =>
  join(directory, service, `${service}.conf`)

export const pipelineFile = ({ directory }: Layout, service: ServiceName): string =>
  join(directory, service, "api-paste.ini")

export const urlOf = ({ ports }: Layout, service: ServiceName): string => `http://${host}:${ports[service]}`

export const authUrlOf = (layout: Layout): string => `${urlOf(layout, "keystone")}/v3`
