/** The cloud's ids by the keys of the tenant's specification. */
export type CloudIds = ReadonlyMap<string, string>
