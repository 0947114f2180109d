import t from "tap"
import { demoTenant } from "../../host/demo/tenants.ts"
import {
  createResources,
  deleteResource,
  findProjectsByName,
  getNetworkQuota,
  setNetworkQuota,
} from "../../src/openstack/index.ts"
import type { MigrationDetails } from "../../src/serializers/migration.ts"
import { memberCredential } from "../helpers/application-credential.ts"
import { selfSigned } from "../helpers/certificate.ts"
import { act } from "../helpers/migration.ts"
import { viewTenant } from "../helpers/tenant-view.ts"
import { tlsFront } from "../helpers/tls-front.ts"
import { type TestWorld, withWorld } from "../helpers/world.ts"

/** The destination's row of service settings. */
interface Settings {
  /** Changes columns, and keys of the options. */
  change(
    columns: Readonly<Record<string, string>>,
    options?: Readonly<Record<string, unknown>>,
  ): Promise<void>
  /** Restores what it was before the test. */
  restore(): Promise<void>
}

interface Case {
  readonly title: string
  /** The message of the migration: what happened, where, and what to do. */
  readonly message: RegExp
  /** Causes the fault. Returns the function that corrects it. */
  breaks(world: TestWorld, settings: Settings): Promise<() => Promise<void>>
}

const cases: readonly Case[] = [
  {
    title: "wrong credentials",
    message:
      /project ".+": OpenStack, region B: identity POST \/auth\/tokens answered 401: user admin \(domain Default\) cannot sign in to project admin \(domain Default\): .* \(req-\S+\)\. Correct user, password, domain and project in this cloud's settings, then retry\./,
    async breaks(_, settings) {
      await settings.change({ password: "s3cret-guess" })
      return () => settings.restore()
    },
  },
  {
    title: "an application credential that is not there",
    message:
      /OpenStack, region B: .* application credential gone cannot sign in: .*\. Check id and secret of the application credential .*, then retry\./,
    async breaks(_, settings) {
      await settings.change(
        {},
        { application_credential_id: "gone", application_credential_secret: "s3cret-guess" },
      )
      return () => settings.restore()
    },
  },
  {
    title: "an application credential that may make no project",
    message:
      /OpenStack, region B: identity \w+ \/projects answered 403: .*\. An application credential keeps the roles that it was created with and cannot be scoped to another project\. .*, then retry\./,
    async breaks(world, settings) {
      const { id, secret } = await memberCredential(world.destination)
      await settings.change({}, { application_credential_id: id, application_credential_secret: secret })
      return () => settings.restore()
    },
  },
  {
    title: "an unknown authority",
    message:
      /OpenStack, region B: \w*SELF_SIGNED\w*: .*\. The certificate of OpenStack, region B is not signed by a trusted CA\. Add the CA to this cloud's settings, then retry\./,
    async breaks(world, settings) {
      const certificate = selfSigned()
      const front = await tlsFront(new URL(world.destination.authUrl).origin, certificate)
      t.teardown(() => front.close())
      await settings.change({ backend_url: `${front.base}/identity/v3` })
      return () => settings.change({}, { ca_certificate: certificate.cert })
    },
  },
  {
    title: "an expired authority",
    message:
      /OpenStack, region B: CERT_HAS_EXPIRED: .*\. The certificate of OpenStack, region B, or of the CA that signed it, has expired\. Renew it, .*, then retry\./,
    async breaks(world, settings) {
      const expired = selfSigned({ lastsMs: -1_000 })
      const renewed = selfSigned()
      const front = await tlsFront(new URL(world.destination.authUrl).origin, expired)
      t.teardown(() => front.close())
      await settings.change({ backend_url: `${front.base}/identity` }, { ca_certificate: expired.cert })
      return async () => {
        front.use(renewed)
        await settings.change({}, { ca_certificate: renewed.cert })
      }
    },
  },
  {
    title: "a catalog without the network service",
    message:
      /quota "network quotas" and \d+ more: OpenStack, region B: the catalog has no public endpoint of type network; it has identity, compute, .*\. Register the service in this cloud's catalog or .*, then retry\./,
    async breaks(world) {
      world.destination.setMissing({ services: ["network"] })
      // A token keeps the catalog that was sent with it.
      world.destination.revokeTokens()
      return async () => world.destination.setMissing({})
    },
  },
  {
    title: "a catalog without the volume service",
    message:
      /quota "volume quotas": OpenStack, region B: the catalog has no public endpoint of type volumev3 or .*; it has identity, network, compute, image\. Register the service in this cloud's catalog or .*, then retry\./,
    async breaks(world) {
      world.destination.setMissing({ services: ["volumev3", "block-storage"] })
      // A token keeps the catalog that was sent with it.
      world.destination.revokeTokens()
      return async () => world.destination.setMissing({})
    },
  },
  {
    title: "a region that does not exist",
    message:
      /quota ".+" and \d+ more: OpenStack, region B: the catalog has no region Atlantis; it has RegionB\. Correct the region in this cloud's settings, then retry\./,
    async breaks(_, settings) {
      await settings.change({}, { region: "Atlantis" })
      return () => settings.restore()
    },
  },
  {
    title: "a quota that is too small",
    message:
      /network ".+": OpenStack, region B: network POST \/networks answered 409: Quota exceeded for resources: \['network'\] \(req-\S+\)\. Raise this quota of the destination project or delete what uses it, then retry\./,
    async breaks({ destination, destinationCloud }) {
      const project = async () =>
        (await findProjectsByName(destinationCloud, "a quota that is too small"))[0]?.id ?? ""
      let enough = 0
      // An operator sets the new project's quota by hand, just before the networks are created.
      destination.onRequest = async ({ method, path }) => {
        if (method !== "POST" || path !== "networks") return
        destination.onRequest = undefined
        const projectId = await project()
        enough = (await getNetworkQuota(destinationCloud, projectId)).network ?? 0
        await setNetworkQuota(destinationCloud, projectId, { network: 1 })
      }
      return async () => {
        await setNetworkQuota(destinationCloud, await project(), { network: enough })
      }
    },
  },
  {
    title: "an external network that is gone",
    message:
      /gateway ".+": OpenStack, region B: network PUT \/routers\/\S+ answered 404: Network \S+ could not be found \(req-\S+\)\. Set an external network that exists in this cloud's settings, then retry\./,
    async breaks({ destinationCloud }, settings) {
      const [external] = await createResources(destinationCloud, "networks", [
        { name: "old", "router:external": true },
      ])
      await settings.change({}, { external_network_id: external?.id })
      await deleteResource(destinationCloud, "networks", external?.id ?? "")
      return () => settings.restore()
    },
  },
  {
    title: "a Neutron without routers",
    message:
      /router ".+": OpenStack, region B: network \w+ \/routers answered 404: The resource could not be found \(req-\S+\)\. This Neutron lacks the extension that serves this path\. Enable its service plugin, then retry\./,
    async breaks(world) {
      world.destination.setMissing({ extensions: ["router"] })
      return async () => world.destination.setMissing({})
    },
  },
]

t.test(
  "a misconfigured cloud ends a migration with a message that has the remedy, after which a retry succeeds",
  (t) =>
    withWorld(async (world) => {
      const tenant = await world.importTenant(demoTenant("small"))
      const source = await viewTenant(world.sourceCloud, tenant.projectId)
      const settings = await settingsOf(world)
      for (const { title, message, breaks } of cases) {
        await t.test(title, async (t) => {
          const mend = await breaks(world, settings)
          const mappings = { sync_instance_ports: true, static_routes: "reachable" }
          const { uuid } = await world.create(tenant, { name: title, mappings })
          const erred = await world.ended(uuid)
          t.equal(erred.state, "ERRED")
          t.match(erred.error_message, message)
          t.equal(
            erred.error_message.match(/then retry\./g)?.length,
            1,
            `it is reported once: ${erred.error_message}`,
          )
          t.notMatch(erred.error_message, /s3cret|\n/)
          await mend()
          const migration = await retried(world, erred)
          t.equal(migration.state, "OK", migration.error_message)
          const { verification } = await world.owner.progress(uuid)
          t.match(verification, { differences: 0 })
          t.strictSame(await viewTenant(world.destinationCloud, await world.projectOf(migration)), source)
          await settings.restore()
        })
      }
    }),
)

async function retried(world: TestWorld, { uuid }: MigrationDetails): Promise<MigrationDetails> {
  await act(world, uuid, "retry")
  return world.ended(uuid)
}

async function settingsOf({ pool, rows }: TestWorld): Promise<Settings> {
  const { id } = rows.destination.settings
  const write = (row: Readonly<Record<string, unknown>>) =>
    pool.query(
      "update structure_servicesettings set backend_url = $2, password = $3, options = $4 where id = $1",
      [id, row.backend_url, row.password, row.options],
    )
  const read = async () => {
    const { rows } = await pool.query(
      "select backend_url, password, options from structure_servicesettings where id = $1",
      [id],
    )
    return rows[0]
  }
  const before = await read()
  return {
    async change(columns, options = {}) {
      const now = await read()
      await write({ ...now, ...columns, options: JSON.stringify({ ...JSON.parse(now.options), ...options }) })
    },
    async restore() {
      await write(before)
    },
  }
}
