import { hexId } from "../ids.ts"

/** Paths of the services below the cloud's address. */
const services = [
  { type: "identity", name: "keystone", path: "/identity/v3" },
  { type: "network", name: "neutron", path: "/network" },
  { type: "compute", name: "nova", path: "/compute/v2.1" },
  { type: "image", name: "glance", path: "/image" },
  { type: "volumev3", name: "cinderv3", path: "/volume/v3/%(project_id)s" },
  { type: "block-storage", name: "cinder", path: "/volume/v3/%(project_id)s" },
].map((service) => ({
  ...service,
  id: hexId(),
  interfaces: ["public", "internal", "admin"].map((name) => ({ name, id: hexId() })),
}))

/** Returns the service catalog, whose URLs contain the project's id. A token without a project has none. */
export const catalog = (
  base: string,
  region: string,
  projectId: string,
  missing: readonly string[] = [],
): object[] =>
  services
    .filter(({ type }) => !missing.includes(type))
    .map(({ id, type, name, path, interfaces }) => ({
      endpoints: interfaces.map((one) => ({
        id: one.id,
        interface: one.name,
        region_id: region,
        url: base + path.replace("%(project_id)s", projectId),
        region,
      })),
      id,
      type,
      name,
    }))
