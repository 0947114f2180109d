import { createCloudsWorld } from "./clouds/world.ts"
import type { HostOptions } from "./options.ts"
import { createWorld, type HostWorld } from "./world.ts"

/** What a command works on: the user's own clouds where it names some, else two simulated ones. */
export function openWorld(options: HostOptions): Promise<HostWorld> {
  const { clouds, databaseUrl } = options
  return clouds === undefined ? createWorld(options) : createCloudsWorld(clouds, databaseUrl)
}
