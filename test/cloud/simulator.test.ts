import t from "tap"
import { startCloud } from "../../simulator/cloud.ts"
import { cloudBehaviour } from "./behaviour.ts"

t.test("the simulated cloud behaves like a real one", async (t) => {
  const cloud = await startCloud({ name: "behaviour" })
  t.teardown(() => cloud.close())
  const { admin, authUrl, volumeTypes, externalNetworkIds } = cloud
  const [externalNetworkId = ""] = externalNetworkIds
  await cloudBehaviour(t, { authUrl, ...admin, externalNetworkId, volumeTypes })
})
