import { readCloudFile } from "../../host/cloud-file.ts"

/** The cloud that OPENSTACK_CLOUD_JSON describes. */
export const cloud = await readCloudFile(process.env.OPENSTACK_CLOUD_JSON ?? "")

/** A real cloud takes a second for what takes a simulated one a millisecond. */
export const longTimeout = { timeout: 3_600_000 }
