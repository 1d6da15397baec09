/** How much a user or an organisation may have; absent: any number. */
export interface Quota {
  /** Bytes of all published files that it pays for. */
  readonly storedBytes?: number
  /** Upload sessions that are open at a time, and bytes of all their files. */
  readonly openUploads?: number
  readonly openUploadBytes?: number
}

/** By whom something is had. */
export interface Quotas {
  readonly user: Quota
  readonly organisation: Quota
}

export const mostOpenUploads = 10_000
/** Larger numbers are mistakes. */
export const mostQuotaBytes = 1e15
