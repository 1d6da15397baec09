export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value nests no deeper than that: writing JSON is recursive in most engines. */
export function nestsWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((inner) => nestsWithin(inner, levels - 1))
}

/** Plain data as JSON has it: fields that are `undefined` are left out. */
export function toJson<T>(value: T): T extends readonly unknown[] ? readonly Json[] : JsonObject {
  return JSON.parse(JSON.stringify(value))
}
