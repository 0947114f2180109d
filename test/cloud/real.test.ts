import { readFile } from "node:fs/promises"
import t from "tap"
import { cloudBehaviour } from "./behaviour.ts"

// A real cloud takes a second for what a simulated one does in a millisecond.
const timeoutMs = 900_000

const file = process.env.OPENSTACK_CLOUD_JSON

t.setTimeout(timeoutMs)
t.test(
  "a real cloud behaves as the project assumes",
  file === undefined ? { skip: "OPENSTACK_CLOUD_JSON names no cloud" } : { timeout: timeoutMs },
  async (t) => {
    const cloud = JSON.parse(await readFile(file ?? "", "utf8"))
    await cloudBehaviour(t, {
      authUrl: cloud.auth_url,
      username: cloud.username,
      password: cloud.password,
      projectName: cloud.project_name,
      userDomain: cloud.user_domain_name,
      projectDomain: cloud.project_domain_name,
      externalNetworkId: cloud.external_network_id,
      volumeTypes: cloud.volume_types,
    })
  },
)
