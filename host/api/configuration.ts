import type { Shown } from "./endpoint.ts"
import type { HostDb } from "./tables.ts"

/** Features that are on unless the host's table turns them off: HomePort's tab of replications. */
const defaultFeatures = [{ key: "openstack.show_migrations", value: true }]

/** Returns the settings that clients read before a user signs in. */
export async function readConfiguration(db: HostDb): Promise<Shown> {
  const stored = await db.selectFrom("core_feature").select(["key", "value"]).orderBy("id").execute()
  return {
    WALDUR_CORE: {
      SITE_NAME: "Reference host",
      SHORT_PAGE_TITLE: "Reference host",
      FULL_PAGE_TITLE: "Reference host of waldur-openstack-replication",
      /** Codes of languages, separated by commas. */
      LANGUAGE_CHOICES: languages.map(([code]) => code).join(","),
      USER_MANDATORY_FIELDS: [],
      AUTHENTICATION_METHODS: ["LOCAL_SIGNIN"],
      CURRENCY_NAME: "EUR",
      INVITATIONS_ENABLED: false,
      OWNER_CAN_MANAGE_CUSTOMER: false,
    },
    WALDUR_AUTH_SOCIAL: { ENABLE_EDUTEAMS_SYNC: false },
    WALDUR_MARKETPLACE: { ENABLE_RESOURCE_END_DATE: false },
    WALDUR_OPENSTACK: { TENANT_CREDENTIALS_VISIBLE: false },
    WALDUR_SUPPORT: { ENABLED: false },
    LANGUAGES: languages,
    LANGUAGE_CODE: "en",
    FEATURES: showFeatures([...defaultFeatures, ...stored]),
  }
}

const languages = [["en", "English"]] as const

/** Turns keys such as `openstack.show_migrations` into a map of sections. */
function showFeatures(features: readonly { readonly key: string; readonly value: boolean }[]): Shown {
  const sections = new Map<string, Record<string, boolean>>()
  for (const { key, value } of features) {
    const [section = "", ...rest] = key.split(".")
    sections.set(section, { ...sections.get(section), [rest.join(".")]: value })
  }
  return Object.fromEntries(sections)
}
