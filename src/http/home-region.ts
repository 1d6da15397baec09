import { type Refusal, refuse } from '../model/refusals.ts'
import { StorageError } from '../storage/aws.ts'

/** An outage of a region lasts: nobody is helped by trying again at once. */
const waitS = 10

/** Requests that change nothing by what HTTP says of them (RFC 9110, 9.2.1). */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

export function homeRegionUnavailable(): Refusal {
  return refuse('home_region_unavailable', { waitS })
}

/** Whether something was to be written where there is only a copy. */
export function needsHomeRegion(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'ReadOnlyRegion'
}

/** For every request to a copy. @throws Refusal `home_region_unavailable` for one that may change something */
export function requireSafe(method: string): void {
  if (!isSafe(method)) throw homeRegionUnavailable()
}
