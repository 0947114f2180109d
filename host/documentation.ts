import { readFileSync } from "node:fs"
import swagger, { type FastifyDynamicSwaggerOptions } from "@fastify/swagger"
import reference from "@scalar/fastify-api-reference"
import type { FastifyInstance, FastifySchema } from "fastify"
import { polish } from "./openapi.ts"

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string
}

const openapi = {
  openapi: "3.1.1",
  info: {
    title: "OpenStack replication",
    version,
    summary: "Replicates OpenStack tenants within a marketplace that speaks Waldur's API.",
    description: [
      "Every path ends in a slash; without it the answer is a redirect. Requests and answers are JSON.",
      "A request that is refused is answered with reasons: by field with 400, else as `detail`.",
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
      description: "What the reference host has of Waldur's API, as far as clients of replications read it.",
    },
  ],
  components: {
    securitySchemes: {
      token: {
        type: "apiKey",
        in: "header",
        name: "Authorization",
        description: "The word `Token`, a space, and the user's key: `Token <key>`.",
      },
      bearer: { type: "http", scheme: "bearer", description: "The user's key." },
    },
  },
  security: [{ token: [] }, { bearer: [] }],
  servers: [{ url: "/", description: "This host" }],
} satisfies FastifyDynamicSwaggerOptions["openapi"]

/**
 * Serves the OpenAPI document at `/api/schema/` and a page to read it at `/docs/`. It sees the routes that are
 * registered after it.
 */
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
      // The page asks nobody but this host: no fonts, proxies or assistants from elsewhere.
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

/** The schema of a route as it is documented: the plugin's routes have one, the host's get what can be told. */
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
  readonly response?: { readonly 200?: { readonly headers?: Readonly<Record<string, unknown>> } }
}

/** HEAD of a list, which Fastify adds to each GET: Waldur's name for it is count. Other HEADs are not worth a word. */
function countOf(schema: FastifySchema | undefined): FastifySchema {
  const [, name] = /^(.*)_list-head$/.exec(schema?.operationId ?? "") ?? []
  if (schema === undefined || name === undefined) return { hide: true }
  const { response = {} } = schema as ListSchema
  const { 200: page, ...refusals } = response
  return {
    ...schema,
    operationId: `${name}_count`,
    summary: schema.summary?.replace("List", "Count") ?? "",
    description: "As the list, but without a body: the header tells how many there are.",
    response: {
      ...Object.fromEntries(
        Object.keys(refusals).map((status) => [status, noBody("Refused, as the list is.")]),
      ),
      200: { ...noBody("The count."), headers: page?.headers ?? {} },
    },
  }
}

function noBody(description: string) {
  return { type: "null", description }
}

/** A read of the host's own, by its path: `/api/openstack-tenants/:uuid/` is openstack_tenants_retrieve. */
function readOf(url: string): FastifySchema {
  const words = url.split("/").filter((part) => part !== "" && part !== "api" && !part.startsWith(":"))
  const single = url.includes(":uuid") || ["users", "configuration"].includes(words[0] ?? "")
  const name = words.join(" ").replaceAll("-", " ")
  return {
    tags: ["marketplace"],
    operationId: `${words.join("_").replaceAll("-", "_")}_${single ? "retrieve" : "list"}`,
    summary: single ? `Show ${name}` : `List ${name}`,
    ...(url === "/api/configuration/" && { security: [] }),
    response: { 200: { description: single ? "The row." : "A page of rows.", content: json } },
  }
}

const json = { "application/json": { schema: {} } }
