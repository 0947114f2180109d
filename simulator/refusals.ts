/** What a service answers instead of doing as asked; each service has its own shape of body. */
export class Refusal extends Error {
  readonly status: number
  readonly type: string

  constructor(status: number, type: string, message: string) {
    super(message)
    this.status = status
    this.type = type
  }
}

export const unauthorized = (): Refusal =>
  new Refusal(401, "Unauthorized", "The request you have made requires authentication.")

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
}

export const identityBody = (refusal: Refusal): object => ({
  error: { code: refusal.status, message: refusal.message, title: titles[refusal.status] ?? "Error" },
})

/** The token check stands before every service and answers as keystone does. */
const before =
  (body: (refusal: Refusal) => object) =>
  (refusal: Refusal): object =>
    refusal.status === 401 ? identityBody(refusal) : body(refusal)

export const networkBody = before((refusal) => ({
  NeutronError: { type: refusal.type, message: refusal.message, detail: "" },
}))

/** Nova and cinder name the kind of refusal by the body's only key. */
export const namedBody = before((refusal) => ({
  [refusal.type]: { code: refusal.status, message: refusal.message },
}))
