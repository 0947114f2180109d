import { readFileSync } from "node:fs"
import swagger, { type FastifyDynamicSwaggerOptions } from "@fastify/swagger"
import reference from "@scalar/fastify-api-reference"
import type { FastifyInstance, FastifySchema } from "fastify"
import {
  databaseDown,
  errorDetail,
  invalid,
  jsonResponse,
  noSuchPage,
  notFound,
  unauthenticated,
} from "../plugin/schemas/errors.ts"
import { polish } from "./openapi.ts"

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string
}

const openapi = {
  openapi: "3.1.1",
  info: {
    title: "OpenStack replication",
    version,
    summary: "Replicates OpenStack tenants within a marketplace with Waldur's API.",
    description: [
      "Every path ends in a slash; without it the response is a redirect. Requests and responses are JSON.",
      "The plugin also reads bodies of forms (`application/x-www-form-urlencoded`, `multipart/form-data`), with nested names as in `mappings.subnets[0]src_cidr`. OPTIONS lists the fields. An empty body is like `{}`.",
      "The response to a refused request has the reasons: by field with status 400, else as `detail`.",
      "Unknown query parameters and fields are ignored.",
    ].join("\n\n"),
    license: { name: "MIT", identifier: "MIT" },
  },
  tags: [
    {
      name: "openstack-migrations",
      description: "Replications of OpenStack tenants: the plugin's operations.",
    },
    {
      name: "marketplace",
      description:
        "The part of Waldur's API that clients of replications read, as the reference host has it.",
    },
  ],
  components: {
    securitySchemes: {
      token: {
        type: "apiKey",
        in: "header",
        name: "Authorization",
        description: "`Token <key>`, with the user's key.",
      },
      bearer: { type: "http", scheme: "bearer", description: "The user's key." },
    },
  },
  security: [{ token: [] }, { bearer: [] }],
  servers: [{ url: "/", description: "This host" }],
} satisfies FastifyDynamicSwaggerOptions["openapi"]

/** Serves the OpenAPI document at `/api/schema/` and a page for it at `/docs/`, with the routes that are registered later. */
export async function documentApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi,
    exposeHeadRoutes: true,
    convertConstToEnum: false,
    transform: ({ schema, url, route }) => ({ url, schema: describeRoute(url, route.method, schema) }),
    transformObject: (made) => ("openapiObject" in made ? polish(made.openapiObject) : made.swaggerObject),
  })
  app.get("/api/schema/", { schema: { hide: true } }, () => app.swagger())
  await app.register(reference, {
    routePrefix: "/docs",
    configuration: {
      url: "/api/schema/",
      pageTitle: "OpenStack replication: API",
      // The page calls no other host: no fonts, proxies or assistants from elsewhere.
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      showDeveloperTools: "never",
      hideClientButton: true,
      orderSchemaPropertiesBy: "preserve",
      authentication: { securitySchemes: { token: { value: "Token <key>" } } },
      defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    },
  })
}

/** Returns the documented schema of a route: the plugin's routes have one, for the host's it is derived from the path. */
function describeRoute(
  url: string,
  method: string | readonly string[],
  schema: FastifySchema | undefined,
): FastifySchema {
  if (method === "HEAD") return countOf(schema)
  if (schema !== undefined) return schema
  return method === "GET" ? readOf(url) : { hide: true }
}

interface ListSchema extends FastifySchema {
  readonly response?: Readonly<Record<string, { readonly headers?: Readonly<Record<string, unknown>> }>>
}

/** Documents HEAD of a list, which Fastify adds to each GET, as Waldur does: as the count. Other HEAD routes are hidden. */
function countOf(schema: FastifySchema | undefined): FastifySchema {
  const [, name] = /^(.*)_list-head$/.exec(schema?.operationId ?? "") ?? []
  if (schema === undefined || name === undefined) return { hide: true }
  const { response = {} } = schema as ListSchema
  const { 200: page, ...refusals } = response
  return {
    ...schema,
    operationId: `${name}_count`,
    summary: schema.summary?.replace("List", "Count") ?? "",
    description: "As the list, without a body. The header X-Result-Count has the number of rows.",
    response: {
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, { headers = {} }]) => [
          status,
          { ...noBody("Refused, as for the list."), headers },
        ]),
      ),
      200: { ...noBody("The count."), headers: page?.headers ?? {} },
    },
  }
}

function noBody(description: string) {
  return { type: "null", description }
}

/** Last parts of paths whose response is no list. */
const singles = new Set(["configuration", "me", "details", "offering", "marketplace-global-categories"])

/** Documents a route of the host by its path: `/api/openstack-tenants/:uuid/` is openstack_tenants_retrieve. */
function readOf(url: string): FastifySchema {
  const words = url.split("/").filter((part) => part !== "" && part !== "api" && !part.startsWith(":"))
  const single = url.endsWith(":uuid/") || singles.has(words.at(-1) ?? "")
  const name = words.join(" ").replaceAll("-", " ")
  return {
    tags: ["marketplace"],
    operationId: `${words.join("_").replaceAll("-", "_")}_${single ? "retrieve" : "list"}`,
    summary: single ? `Show ${name}` : `List ${name}`,
    ...(isOpen(url) && { security: [] }),
    response: {
      200: { description: single ? "The row." : "A page of rows.", content: json },
      ...(single ? {} : { 400: invalidFilter }),
      // Wrong credentials are refused also where none are needed.
      ...(url !== "/api/configuration/" && { 401: unauthenticated }),
      ...(url.includes(":uuid") && { 404: noSuchRow }),
      ...(!single && { 404: noSuchPage }),
      503: databaseDown,
    },
  }
}

/** Returns whether a route of the host needs no credentials. */
function isOpen(url: string): boolean {
  return ["/api/configuration/", "/api/roles/"].includes(url)
}

const invalidFilter = invalid("A filter is invalid.", {
  uuid: { summary: "Not a uuid", value: { project_uuid: ["Enter a valid UUID."] } },
})

const noSuchRow = {
  ...notFound,
  ...jsonResponse("The row does not exist, or the user may not see it.", errorDetail, {
    unknown: { summary: "Unknown uuid", value: { detail: "No Resource matches the given query." } },
  }),
}

const json = { "application/json": { schema: {} } }
