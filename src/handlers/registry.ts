import { errors } from "../errors.ts"
import { billingHandler } from "./billing/index.ts"
import { componentQuotasHandler } from "./component-quotas.ts"
import { countersHandler } from "./counters.ts"
import { eventsHandler } from "./events/index.ts"
import { type Handler, type HandlerName, handlerNames } from "./handler.ts"
import { inventoryHandler } from "./inventory/index.ts"
import { ordersHandler } from "./orders.ts"
import { planPeriodsHandler } from "./plan-periods.ts"
import { routerPortsHandler } from "./router-ports/index.ts"
import { subResourceOfferingsHandler } from "./sub-resource-offerings.ts"
import { usagesHandler } from "./usages/index.ts"

/** All handlers, in the order in which they run. */
const registry: readonly Handler[] = [
  inventoryHandler,
  routerPortsHandler,
  usagesHandler,
  subResourceOfferingsHandler,
  componentQuotasHandler,
  planPeriodsHandler,
  eventsHandler,
  countersHandler,
  billingHandler,
  ordersHandler,
]

/** Which handlers are on. @default all of them */
export type HandlerSwitches = Readonly<Partial<Record<HandlerName, boolean>>>

/** Returns the handlers that are on. @throws INVALID_OPTION for a name that no handler has, and for other values than booleans */
export function selectHandlers(switches: HandlerSwitches = {}): readonly Handler[] {
  for (const [name, value] of Object.entries(switches)) {
    if (!handlerNames.some((known) => known === name)) {
      throw errors.invalidOption(
        `handlers has the key ${name}, which no handler has. The handlers are ${handlerNames.join(", ")}.`,
      )
    }
    if (value !== undefined && typeof value !== "boolean") {
      throw errors.invalidOption(`handlers.${name} is ${JSON.stringify(value)}. It must be true or false.`)
    }
  }
  return registry.filter(({ name }) => switches[name] ?? true)
}
