import type { FastifyInstance } from "fastify"
import { serviceCaller } from "../identity/tokens.ts"
import { Refusal, textBody } from "../refusals.ts"
import { handleRefusals } from "../server/refusal-handler.ts"
import { type CloudState, tokenOf } from "../state.ts"
import { firstValue, record } from "../values.ts"

interface OneImage {
  Params: { id: string }
}

/** Glance: it only shows images. */
export async function imageRoutes(app: FastifyInstance, { state }: { state: CloudState }): Promise<void> {
  const caller = (request: Parameters<typeof tokenOf>[0]) => serviceCaller(state.identity, tokenOf(request))
  handleRefusals(app, textBody, caller)

  app.get("/v2/images", async (request) => {
    caller(request)
    const wanted = firstValue(record(request.query).visibility)
    const images = state.images.filter(({ visibility }) => wanted === undefined || visibility === wanted)
    return { images, first: "/v2/images", schema: "/v2/schemas/images" }
  })
  app.get<OneImage>("/v2/images/:id", async (request) => {
    caller(request)
    const image = state.images.find(({ id }) => id === request.params.id)
    if (!image) throw new Refusal(404, "Not Found", `No image found with ID ${request.params.id}`)
    return image
  })
}
