import type { FastifyInstance } from "fastify"
import { type Api, readRequest, turnPage } from "./reading.ts"
import { refuseOtherMethods } from "./serve.ts"

/**
 * Collections of Waldur that this host does not show and that its front end reads on the pages of a resource, a project
 * or an organization. They are empty lists: the front end leaves a page some seconds after a request that ended in 404.
 * `:uuid` is any uuid.
 */
const emptyLists = {
  /** Read on every page. */
  everywhere: [
    ...["marketplace-category-groups", "external-links", "admin-announcements", "broadcast-messages", "keys"],
    ...["user-invitations", "user-permission-requests", "user-agreements", "identity-providers"],
    ...[
      "marketplace-bookmarks",
      "favorite-pages",
      "permissions",
      "marketplace-tags",
      "email-hooks",
      "webhooks",
    ],
  ],
  resource: [
    ...[
      "lexis-links",
      "marketplace-robot-accounts",
      "marketplace-resource-users",
      "marketplace-offering-users",
    ],
    ...["marketplace-resource-end-date-change-requests", "marketplace-resource-limit-change-requests"],
    ...[
      "marketplace-component-user-usages",
      "marketplace-category-component-usages",
      "marketplace-screenshots",
    ],
    ...["marketplace-offering-files", "marketplace-software-catalogs", "marketplace-integration-statuses"],
    ...["marketplace-offering-permissions", "marketplace-offering-permissions-log", "marketplace-plans"],
    ...[
      "marketplace-offering-usage-policies",
      "marketplace-related-customers",
      "marketplace-course-accounts",
    ],
    ...["marketplace-resources/:uuid/list_users", "marketplace-resources/:uuid/team", "support-issues"],
    ...["marketplace-resources/:uuid/history", "marketplace-resource-projects", "rancher-clusters"],
  ],
  tenant: [
    ...["openstack-backups", "openstack-backup-schedules", "openstack-snapshot-schedules"],
    ...["openstack-volume-availability-zones", "openstack-instance-availability-zones"],
    ...["openstack-network-rbac-policies", "openstack-external-networks", "openstack-load-balancers"],
    ...["openstack-health-monitors", "openstack-listeners", "openstack-pools", "openstack-pool-members"],
    ...["openstack-tenants/:uuid/backend_instances", "openstack-tenants/:uuid/backend_volumes"],
  ],
  project: [
    ...["projects/:uuid/list_users", "projects/:uuid/users", "projects/:uuid/other_users", "project-types"],
    ...["projects/oecd_codes", "project-credits", "project-permissions", "project-permissions-log"],
    ...["project-permissions-reviews", "project-end-date-change-requests", "invoice-items/costs"],
    ...["marketplace-project-update-requests", "marketplace-project-estimated-cost-policies"],
    ...["marketplace-project-credits", "marketplace-project-service-accounts", "booking-resources"],
    ...["openportal-projects", "assignment-batches", "proposal-proposals", "proposal-protected-calls"],
    ...["checklists-admin", "marketplace-checklists", "marketplace-checklists-categories", "science-domains"],
  ],
  organization: [
    ...["customers/:uuid/list_users", "customers/:uuid/users", "customers/countries", "customer-credits"],
    ...["customer-permissions", "customer-permissions-log", "customer-permissions-reviews", "access-subnets"],
    ...[
      "organization-groups",
      "organization-group-types",
      "payment-profiles",
      "payments",
      "credit-transactions",
    ],
    ...["marketplace-service-providers", "marketplace-customer-estimated-cost-policies", "user-groups"],
    ...["marketplace-offering-estimated-cost-policies", "marketplace-customer-service-accounts"],
    ...["call-managing-organisations", "financial-reports", "service-settings", "divisions"],
    ...["user-permissions", "user-group-invitations", "project-templates", "group-invitations"],
  ],
} as const

/** The same for objects, with the values of an empty marketplace. */
const emptyObjects: Readonly<Record<string, unknown>> = {
  "projects/:uuid/stats": {},
  "projects/:uuid/counters": {},
  "projects/:uuid/completion_status": {},
  "customers/:uuid/stats": {},
  "customers/:uuid/counters": {},
  "daily-quotas": {},
  "events/event_groups": {},
  "events/stats": [],
  "invoices/growth": { periods: [], total_periods: [], other_periods: [], customer_periods: [] },
  "billing-total-cost": { price: 0, total: 0 },
}

const undocumented = { schema: { hide: true } } as const

/** Serves what this host does not show as empty, to users who have signed in. */
export function serveAbsent(app: FastifyInstance, api: Api): void {
  const lists = Object.values(emptyLists).flat()
  for (const path of lists) {
    app.get(`/api/${path}/`, undocumented, async (request, reply) => {
      turnPage(await readRequest(api, request), 0, reply)
      return []
    })
  }
  for (const [path, answer] of Object.entries(emptyObjects)) {
    app.get(`/api/${path}/`, undocumented, async (request) => {
      await readRequest(api, request)
      return answer
    })
  }
  const paths = [...lists, ...Object.keys(emptyObjects)]
  const urls = paths.map((path) => `/api/${path}/`)
  refuseOtherMethods(app, api, urls)
}
