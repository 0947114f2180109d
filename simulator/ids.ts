import { randomBytes, randomInt, randomUUID } from "node:crypto"

/** Keystone's ids have no dashes. */
export const hexId = (): string => randomUUID().replaceAll("-", "")

export const uuid = (): string => randomUUID()

export const secret = (bytes = 16): string => randomBytes(bytes).toString("base64url")

export const macAddress = (): string =>
  ["fa", "16", "3e", ...[0, 1, 2].map(() => randomInt(256).toString(16).padStart(2, "0"))].join(":")

/** Neutron's times have no fraction of a second. */
export const timestamp = (): string => `${new Date().toISOString().slice(0, 19)}Z`
