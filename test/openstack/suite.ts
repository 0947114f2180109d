import { readCloudFile } from "../../host/cloud-file.ts"

/** The cloud that OPENSTACK_CLOUD_JSON describes. */
export const cloud = await readCloudFile(process.env.OPENSTACK_CLOUD_JSON ?? "")

/** A real cloud takes a second for what a simulated one does in a millisecond. */
export const patience = { timeout: 3_600_000 }
