import { Refusal } from "../refusals.ts"

export const notFound = (kind: string, id: string): Refusal =>
  new Refusal(404, "NotFound", `Could not find ${kind}: ${id}.`)

export const forbidden = (action: string): Refusal =>
  new Refusal(403, "Forbidden", `You are not authorized to perform the requested action: ${action}.`)

export const malformed = (message: string): Refusal => new Refusal(400, "BadRequest", message)

export const projectExists = (name: string, id: string): Refusal =>
  new Refusal(
    409,
    "Conflict",
    `Conflict occurred attempting to store project - it is not permitted to have two projects with either the same name or same id in the same domain: name is ${name}, project id ${id}.`,
  )

export const userExists = (name: string, domainId: string): Refusal =>
  new Refusal(
    409,
    "Conflict",
    `Conflict occurred attempting to store user - Duplicate entry found with name ${name} at domain ID ${domainId}.`,
  )
