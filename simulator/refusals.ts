/** An error response of a service. Each service has its own form of the body. */
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

/** The token check comes before every service and responds in Keystone's form. */
const afterTokenCheck =
  (body: (refusal: Refusal) => object) =>
  (refusal: Refusal): object =>
    refusal.status === 401 ? identityBody(refusal) : body(refusal)

export const networkBody = afterTokenCheck((refusal) => ({
  NeutronError: { type: refusal.type, message: refusal.message, detail: "" },
}))

/** In Nova and Cinder the only key of the body is the type of the refusal. */
export const namedBody = afterTokenCheck((refusal) => ({
  [refusal.type]: { code: refusal.status, message: refusal.message },
}))

/** Glance answers with a page of HTML; its text is what matters. */
export const textBody = afterTokenCheck((refusal) => ({
  message: refusal.message,
  code: `${refusal.status} ${titles[refusal.status] ?? "Error"}`,
  title: titles[refusal.status] ?? "Error",
}))
