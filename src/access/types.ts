/** Who asks. */
export interface User {
  /** Id of the row in `core_user`. */
  readonly id: number
  readonly isStaff: boolean
  readonly isSupport: boolean
}

/** The parts of a request that say who asks. */
export interface Credentials {
  readonly authorization: string | undefined
  /** Value of `X-Impersonated-User-Uuid`, which Waldur lets staff send. */
  readonly impersonated: string | undefined
}

/** What somebody wants to order, and for which project. */
export interface WantedOrder {
  readonly offeringId: number
  readonly planId: number
  readonly projectId: number
}

/** What the plugin asks of the host about people. Each question has an answer for a database of Waldur's (waldur.ts). */
export interface Access {
  /** Who sent these credentials. @throws ApiError 401 */
  authenticate(credentials: Credentials): Promise<User>
  /** Whether a resource may be named as a source by the user: its project or customer must be the user's. */
  seesResource(user: User, resource: { readonly id: number; readonly projectId: number }): Promise<boolean>
  /** Whether the offering may be named as a destination by the user. Only an active one can be ordered from. */
  seesOffering(user: User, offering: { readonly id: number }): Promise<boolean>
  /**
   * Whether an order for the project would go through without anybody's review on the customer's side.
   * @throws ApiError 400 with a reason where nobody may order it, e.g. because the organization is blocked
   */
  ordersUnreviewed(user: User, order: WantedOrder): Promise<boolean>
}
