import { pbkdf2, randomBytes, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"

const derive = promisify(pbkdf2)

const algorithm = "pbkdf2_sha256"
/** What Django 4.2 takes. */
const iterations = 600_000
const keyBytes = 32

/** Returns a password in the form in which Django stores it: `pbkdf2_sha256$iterations$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(11).toString("hex")
  const key = await derive(password, salt, iterations, keyBytes, "sha256")
  return [algorithm, iterations, salt, key.toString("base64")].join("$")
}

/** Whether a password is the stored one. False for other forms, such as that of users without a password. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [name, rounds = "", salt = "", hash = ""] = stored.split("$")
  const count = Number(rounds)
  if (name !== algorithm || !Number.isInteger(count) || count < 1 || count > 10 * iterations) return false
  const expected = Buffer.from(hash, "base64")
  const key = await derive(password, salt, count, keyBytes, "sha256")
  return expected.length === key.length && timingSafeEqual(expected, key)
}
