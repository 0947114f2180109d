import { generateKeyPairSync, randomBytes, sign } from "node:crypto"

export interface Certificate {
  /** PEM. */
  readonly cert: string
  /** PEM. */
  readonly key: string
}

const day = 86_400_000

/**
 * Returns a self-signed certificate of a server at 127.0.0.1, which is also its own authority.
 * @param lastsMs time until it expires; negative: it has expired
 */
export function selfSigned({ lastsMs = day, address = [127, 0, 0, 1] } = {}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const name = sequence(set(sequence(oid("550403"), tag(0x0c, Buffer.from("north cloud")))))
  const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"))
  const from = Date.now() - 30 * day
  const body = sequence(
    tag(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(time(from), time(Date.now() + lastsMs)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tag(
      0xa3,
      sequence(
        // subjectAltName: an IP address; basicConstraints: an authority
        sequence(oid("551d11"), octets(sequence(tag(0x87, Buffer.from(address))))),
        sequence(oid("551d13"), octets(sequence(tag(0x01, Buffer.from([0xff]))))),
      ),
    ),
  )
  const signature = sign("sha256", body, privateKey)
  const der = sequence(body, ecdsaWithSha256, tag(0x03, Buffer.concat([Buffer.from([0]), signature])))
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  }
}

/** DER: a tag, the length, the content. */
function tag(number: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([number, ...size]), content])
}

const sequence = (...parts: readonly Buffer[]) => tag(0x30, Buffer.concat(parts))
const set = (...parts: readonly Buffer[]) => tag(0x31, Buffer.concat(parts))
const oid = (hex: string) => tag(0x06, Buffer.from(hex, "hex"))
const integer = (value: Buffer) => tag(0x02, value)
const octets = (content: Buffer) => tag(0x04, content)
const time = (ms: number) =>
  tag(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/\D/g, "").slice(0, 14)}Z`))
