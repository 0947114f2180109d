import { hexId, secret } from "../ids.ts"
import type { CloudAdmin } from "../options.ts"
import { domain, grantId, type Identity } from "./state.ts"

/** Adds the first project and its administrator. */
export function addFirstProject(identity: Identity, cloudName: string): CloudAdmin {
  const project = identity.projects.put({
    id: hexId(),
    name: "admin",
    description: `Administrators of ${cloudName}`,
    enabled: true,
    tags: [],
  })
  const user = identity.users.put({
    id: hexId(),
    name: "admin",
    password: secret(),
    enabled: true,
    defaultProjectId: undefined,
    extra: {},
  })
  for (const { id: roleId, name } of identity.roles)
    if (name === "admin")
      identity.grants.put({
        id: grantId(project.id, user.id, roleId),
        projectId: project.id,
        userId: user.id,
        roleId,
      })
  return {
    username: user.name,
    password: user.password,
    projectName: project.name,
    userDomain: domain.name,
    projectDomain: domain.name,
    projectId: project.id,
    userId: user.id,
  }
}
