export * from "./cloud.ts"
