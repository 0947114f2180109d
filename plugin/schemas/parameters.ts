import { type TObject, Type } from "@sinclair/typebox"

/** The migration of the address. */
export const migrationUuid: TObject = Type.Object({
  uuid: Type.String({ format: "uuid", description: "The migration's uuid, with or without hyphens." }),
})

/** Query parameters of every list. */
export const paging = {
  page: Type.Optional(
    Type.Integer({
      minimum: 1,
      default: 1,
      description: "Number of the page, or `last`. A page that does not exist gives 404.",
    }),
  ),
  page_size: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 300,
      default: 10,
      description: "Rows per page, at most 300. 0 or a non-numeric value means the default, 10.",
    }),
  ),
} as const

/** Query parameters of list and count. Others are ignored. */
export const listQuery: TObject = Type.Object({
  src_resource_uuid: Type.Optional(
    Type.String({
      format: "uuid",
      description:
        "Only migrations of this source resource: its uuid with or without hyphens. An empty value is ignored; any other value gives 400.",
    }),
  ),
  dst_resource_uuid: Type.Optional(
    Type.String({
      format: "uuid",
      description:
        "Only the migration that created this destination resource. With both filters, both must match.",
    }),
  ),
  ...paging,
})

/** Header of a list and of its count. */
const resultCount = {
  "X-Result-Count": Type.Integer({
    minimum: 0,
    description: "Number of rows that match the filters, on all pages.",
  }),
} as const

const links = [
  '<https://marketplace.example/api/openstack-migrations/?page_size=5>; rel="first"',
  '<https://marketplace.example/api/openstack-migrations/?page=2&page_size=5>; rel="next"',
  '<https://marketplace.example/api/openstack-migrations/?page=3&page_size=5>; rel="last"',
]

export const pageHeaders = {
  ...resultCount,
  Link: Type.String({
    description:
      "Addresses of the pages `first`, `prev`, `next` and `last` with the same filters, separated by a comma and a space. `prev` is absent on the first page, `next` on the last.",
    examples: [links.join(", ")],
  }),
} as const
