/**
 * Refuses an older Node before any other module is evaluated: entry points import this first. Without it, a dependency
 * throws a TypeError that does not name the reason.
 */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  throw new Error(
    `waldur-openstack-replication needs Node.js 22.19 or newer, and this is Node.js ${process.versions.node}. Upgrade Node.js.`,
  )
}
