export { afterCommitTask, deliverAfterCommit } from "./after-commit.ts"
export * from "./hooks.ts"
export { marketplaceHooks } from "./marketplace.ts"
export { insertRow, saveRow } from "./save.ts"
