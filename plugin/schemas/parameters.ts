import { type TObject, Type } from "@sinclair/typebox"

/** The migration that an address names. */
export const migrationUuid: TObject = Type.Object({
  uuid: Type.String({ format: "uuid", description: "The migration's uuid, with or without hyphens." }),
})

/** Query of every list. */
export const paging = {
  page: Type.Optional(
    Type.Integer({
      minimum: 1,
      default: 1,
      description:
        "Number of the page; the word `last` is taken as well. A page that is not there is refused with 404.",
    }),
  ),
  page_size: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 300,
      default: 10,
      description: "Rows of a page. More than 300 are cut to 300; 0 and what is no number are 10.",
    }),
  ),
} as const

/** Query of list and count. Any other parameter is ignored. */
export const listQuery: TObject = Type.Object({
  src_resource_uuid: Type.Optional(
    Type.String({
      format: "uuid",
      description:
        "Only migrations of this marketplace resource. With or without hyphens; empty is no filter, anything else is refused with 400.",
    }),
  ),
  dst_resource_uuid: Type.Optional(
    Type.String({
      format: "uuid",
      description: "Only the migration that made this marketplace resource. Both filters have to hold.",
    }),
  ),
  ...paging,
})

/** Header of a list, and of its count. */
const resultCount = {
  "X-Result-Count": Type.Integer({
    minimum: 0,
    description: "How many rows fit the filters, on all pages.",
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
      "Addresses of the pages `first`, `prev`, `next` and `last`, separated by a comma and a space. `prev` is absent on the first page, `next` on the last; they keep the filters.",
    examples: [links.join(", ")],
  }),
} as const
