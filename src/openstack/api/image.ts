import type { Cloud } from "../cloud/types.ts"

/** https://docs.openstack.org/api-ref/image/v2/#images-schema */
export interface Image {
  readonly id: string
  readonly name: string | null
  /** "active" once it can be used. */
  readonly status: string
  readonly visibility: string
  /** GiB. */
  readonly min_disk: number
  /** MiB. */
  readonly min_ram: number
}

/** GET /v2/images, of the images that every project may use. An administrator sees those of other projects otherwise. */
export function listPublicImages(cloud: Cloud): Promise<readonly Image[]> {
  return cloud.list({ service: "image", path: "/images", query: { visibility: "public" } }, "images")
}
