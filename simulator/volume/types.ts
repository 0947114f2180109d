import type { FastifyInstance } from "fastify"
import { uuid } from "../ids.ts"
import { Refusal } from "../refusals.ts"
import { firstValue, quoted, record } from "../values.ts"
import type { VolumeContext } from "./context.ts"
import { volumeForbidden } from "./refusals.ts"
import type { VolumeType } from "./state.ts"

interface OneType {
  Params: { project: string; id: string }
}

const missing = (id: string): Refusal =>
  new Refusal(404, "itemNotFound", `Volume type ${id} could not be found.`)

/** An administrator sees private types when it asks for them ("none": both sorts); a tenant never does. */
const isListed =
  (isAdmin: boolean, given = "true") =>
  (type: VolumeType): boolean =>
    !isAdmin ? type.isPublic : given.toLowerCase() === "none" || String(type.isPublic) === given.toLowerCase()

const shape = (type: VolumeType, isAdmin: boolean): Record<string, unknown> => ({
  id: type.id,
  name: type.name,
  is_public: type.isPublic,
  description: type.description,
  extra_specs: isAdmin ? type.extraSpecs : {},
  ...(isAdmin && { qos_specs_id: null }),
  "os-volume-type-access:is_public": type.isPublic,
})

export function typeRoutes(app: FastifyInstance, { state, caller }: VolumeContext): void {
  const { types } = state.volume

  app.get("/:project/types", async (request) => {
    const { isAdmin } = caller(request)
    const seen = [...types.values()].filter(isListed(isAdmin, firstValue(record(request.query).is_public)))
    return { volume_types: seen.map((type) => shape(type, isAdmin)) }
  })
  app.get<OneType>("/:project/types/:id", async (request) => {
    const { isAdmin } = caller(request)
    const type = typeOf(request.params.id)
    if (!type.isPublic && !isAdmin) throw missing(type.id)
    return { volume_type: shape(type, isAdmin) }
  })
  app.post("/:project/types", async (request) => {
    if (!caller(request).isAdmin) throw volumeForbidden("type_create")
    const given = record(record(request.body).volume_type)
    const { name, description, extra_specs } = given
    if (typeof name !== "string")
      throw new Refusal(
        400,
        "badRequest",
        `Invalid input for field/attribute volume_type. Value: ${quoted(given)}. 'name' is a required property`,
      )
    if ([...types.values()].some((type) => type.name === name))
      throw new Refusal(409, "conflictingRequest", `Volume Type ${name} already exists.`)
    const type: VolumeType = {
      id: uuid(),
      name,
      isPublic: given["os-volume-type-access:is_public"] !== false,
      description: typeof description === "string" ? description : null,
      extraSpecs: Object.fromEntries(
        Object.entries(record(extra_specs)).map(([key, value]) => [key, String(value)]),
      ),
    }
    types.set(type.id, type)
    const { qos_specs_id: _, ...shown } = shape(type, true)
    return { volume_type: shown }
  })
  app.delete<OneType>("/:project/types/:id", async (request, reply) => {
    if (!caller(request).isAdmin) throw volumeForbidden("type_delete")
    types.delete(typeOf(request.params.id).id)
    return reply.code(202).send()
  })

  function typeOf(id: string): VolumeType {
    const type = types.get(id)
    if (!type) throw missing(id)
    return type
  }
}
