/** Address and credentials of a cloud, simulated or real. */
export interface Target {
  readonly authUrl: string
  readonly username: string
  readonly password: string
  readonly projectName: string
  readonly userDomain: string
  readonly projectDomain: string
  readonly externalNetworkId: string
  readonly volumeTypes: Readonly<Record<string, string>>
}

export type Json = Readonly<Record<string, unknown>>

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export const record = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {}

export async function call(
  method: string,
  url: string,
  token?: string,
  body?: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token !== undefined && { "x-auth-token": token }),
      ...more,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = answer.headers.get("content-type")?.includes("json") === true && text !== ""
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text }
}

/** Removes ids, which differ from run to run, so that messages can be compared. */
const masked = (text: string): string =>
  text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID").replaceAll(/[0-9a-f]{32}/g, "PROJECT")

export type Seen = readonly [status: number, type: string, message: string]

/** Returns status, type and message of a refusal in the form of any service. */
export function refusal(answer: Answer): Seen {
  const [key = "", inner] = Object.entries(record(answer.body))[0] ?? []
  const { type, title, message } = record(inner)
  const kind = key === "NeutronError" ? type : key === "error" ? title : key
  return [answer.status, String(kind), masked(String(message))]
}

/** Returns the object of a response. @throws Error with the whole response where it is a refusal */
export function made(answer: Answer): Json {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
  return record(Object.values(record(answer.body))[0])
}

export function madeList(answer: Answer): readonly Json[] {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
  const list = Object.values(record(answer.body)).find(Array.isArray)
  return (list ?? []).map(record)
}

export const idOf = (row: Json): string => String(row.id)

export const none = "00000000-0000-0000-0000-000000000000"
