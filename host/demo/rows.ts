import { randomBytes } from "node:crypto"
import { insertRef, insertRow, insertRows, type Queryable, type RowRef } from "../waldur/insert.ts"
import type { CloudFacts } from "./cloud-facts.ts"
import { type CloudRows, createCloudRows } from "./cloud-rows.ts"
import { createStandardRows, type StandardIds } from "./standard-rows.ts"

export interface UserRef extends RowRef {
  readonly username: string
  /** For the header `Authorization: Token <token>`. */
  readonly token: string
}

export interface DemoRows {
  readonly users: Readonly<Record<"staff" | "owner" | "stranger", UserRef>>
  /** Owns the project; the user `owner` has the role CUSTOMER.OWNER in it. */
  readonly customer: RowRef
  /** Offers both clouds to customers. */
  readonly provider: RowRef
  readonly project: RowRef
  readonly source: CloudRows
  readonly destination: CloudRows
  /** The destination offering's plan: a valid `dst_plan`. */
  readonly destinationPlan: RowRef
  /** A plan of the source offering, which is not valid as `dst_plan`. */
  readonly otherPlan: RowRef
}

/**
 * Inserts a small marketplace with two clouds into empty tables, in the form of Waldur. Where source and destination are
 * the same object, it is one cloud with one row of service settings.
 */
export async function createDemoRows(
  db: Queryable,
  clouds: { readonly source: CloudFacts; readonly destination: CloudFacts },
): Promise<DemoRows> {
  const standard = await createStandardRows(db)
  const customer = await createCustomer(db, "University of Examples", "UE")
  const provider = await createCustomer(db, "Cloud Provider", "CP")
  await insertRow(db, "marketplace_serviceprovider", {
    customer_id: provider.id,
    enable_notifications: true,
    api_secret_code: randomBytes(8).toString("hex"),
  })
  const project = await insertRef(db, "structure_project", {
    name: "Climate models",
    customer_id: customer.id,
    slug: "climate-1",
  })
  const users = await createUsers(db, standard, customer)
  const category = await createCategories(db)
  const owner = { providerId: provider.id, categoryId: category, contentTypes: standard.contentTypes }
  const source = await createCloudRows(db, { ...owner, region: "A", facts: clouds.source })
  const destination =
    clouds.destination === clouds.source
      ? source
      : await createCloudRows(db, { ...owner, region: "B", facts: clouds.destination })
  return {
    users,
    customer,
    provider,
    project,
    source,
    destination,
    destinationPlan: destination.plan,
    otherPlan: source.plan,
  }
}

function createCustomer(db: Queryable, name: string, abbreviation: string): Promise<RowRef> {
  return insertRef(db, "structure_customer", {
    name,
    abbreviation,
    country: "EE",
    default_tax_percent: 0,
    slug: `${abbreviation.toLowerCase()}-1`,
  })
}

async function createUsers(
  db: Queryable,
  { contentTypes, roles }: StandardIds,
  customer: RowRef,
): Promise<DemoRows["users"]> {
  const staff = await createUser(db, "staff", "Sam")
  const owner = await createUser(db, "owner", "Olga")
  const stranger = await createUser(db, "stranger", "Urmas")
  await insertRow(db, "permissions_userrole", {
    user_id: owner.id,
    role_id: roles["CUSTOMER.OWNER"],
    content_type_id: contentTypes["structure.customer"],
    object_id: customer.id,
    is_active: true,
    created_by_id: staff.id,
  })
  return { staff, owner, stranger }
}

async function createUser(db: Queryable, username: string, firstName: string): Promise<UserRef> {
  const user = await insertRef(db, "core_user", {
    username,
    first_name: firstName,
    last_name: "Example",
    query_field: `${firstName} Example`,
    email: `${username}@example.com`,
    password: "!", // Django's unusable password: users sign in with tokens
    registration_method: "default",
    is_staff: username === "staff",
    is_active: true,
    affiliations: [],
    notifications_enabled: false,
    slug: `${username}-1`,
  })
  const token = randomBytes(20).toString("hex")
  await insertRow(db, "authtoken_token", { key: token, user_id: user.id })
  return { ...user, username, token }
}

/** The categories of tenants, machines and volumes: Waldur creates offerings of the latter two for each tenant. */
async function createCategories(db: Queryable): Promise<number> {
  const [tenants = 0] = await insertRows(db, "marketplace_category", [
    { title: "Private clouds", title_en: "Private clouds", default_tenant_category: true },
    { title: "Virtual machines", title_en: "Virtual machines", default_vm_category: true },
    { title: "Storage", title_en: "Storage", default_volume_category: true },
  ])
  return tenants
}
