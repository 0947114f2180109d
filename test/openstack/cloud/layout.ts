import { join } from "node:path"

export const services = ["keystone", "neutron", "cinder", "nova"] as const

export type ServiceName = (typeof services)[number]

/** The files, ports and secrets of one cloud. */
export interface Layout {
  readonly directory: string
  readonly ports: Readonly<Record<ServiceName, number>>
  readonly region: string
  readonly adminPassword: string
  /** Password of the user with which the services check tokens. */
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
