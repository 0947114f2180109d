/** Parses the JSON text of a column that Django writes. Returns `fallback` where it is empty or invalid (old rows hold ""). */
export function parseJson<Value>(text: string | null, fallback: Value): Value {
  if (text === null || text === "") return fallback
  try {
    return JSON.parse(text) as Value
  } catch {
    return fallback
  }
}
