/** The user who sent a request. */
export interface User {
  /** Id of the row in `core_user`. It becomes `created_by_id` of the user's migrations. */
  readonly id: number
  /** Whether the user may do everything, with all migrations. */
  readonly isStaff: boolean
  /** Whether the user may read all migrations. */
  readonly isSupport: boolean
}

/** The parts of a request that identify its sender. */
export interface Credentials {
  /** The header `Authorization`. */
  readonly authorization: string | undefined
  /** The header `X-Impersonated-User-Uuid`, by which staff act as another user in Waldur. */
  readonly impersonated: string | undefined
}

/** An order that a user wants to place, by the ids of the rows. */
export interface WantedOrder {
  /** Id of the row in `marketplace_offering`. */
  readonly offeringId: number
  /** Id of the row in `marketplace_plan`. */
  readonly planId: number
  /** The project that the order is for. */
  readonly projectId: number
}

/**
 * What the host decides about users. The default for each member is Waldur's own rule, read from Waldur's tables.
 * An error that a member throws becomes a response if its `statusCode` is 400 to 499; any other becomes a 500.
 */
export interface Access {
  /** Returns the user who sent these credentials. @throws an error with `statusCode` 401 where there is none */
  authenticate(credentials: Credentials): Promise<User>
  /** Returns whether the user may name a resource as the source of a migration. */
  seesResource(user: User, resource: { readonly id: number; readonly projectId: number }): Promise<boolean>
  /** Returns whether the user may name an offering as the destination. It must be active to be ordered from. */
  seesOffering(user: User, offering: { readonly id: number }): Promise<boolean>
  /**
   * Returns whether an order in the project is accepted without a review by the customer. A migration is never
   * reviewed later, so false refuses it.
   * @throws an error with `statusCode` 400 and the reason where no user may place the order, e.g. because the
   * organization is blocked
   */
  ordersUnreviewed(user: User, order: WantedOrder): Promise<boolean>
}
