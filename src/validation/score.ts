import type { LoggedFindings } from './finding-log.ts'

/**
 * Points that a code costs, once, however often it was found. What is not here costs nothing: above all what changed
 * since the version before, which is for a reviewer to look at and no fault. An error always costs all of them.
 */
export const weights: Readonly<Record<string, number>> = {
  // Whoever uses the package runs into it
  entry_point_missing: 25,
  command_missing: 20,
  types_missing: 15,
  dependency_is_local: 15,
  packaging_error: 15,
  packaging_doubtful: 5,
  // May harm its publisher, or hide something
  secret_suspected: 15,
  env_file_packed: 15,
  key_file_packed: 15,
  crash_dump_packed: 15,
  dependencies_packed: 10,
  dependency_outside_registry: 10,
  manifest_rewritten: 5,
  // What everybody asks of a package
  license_missing: 20,
  license_not_spdx: 5,
  readme_missing: 10,
  // Costs those who install it
  package_is_large: 3,
  package_has_many_files: 3,
  file_dominates: 2,
  leftover_packed: 3,
  // Odd archives
  archive_windows_name: 10,
  archive_several_top_folders: 5,
  archive_invisible_character: 5,
  archive_compatibility_collision: 5,
  archive_setuid: 5,
  zip_name_encoding: 5,
  archive_inner_dot_segment: 2,
  archive_repeated_file: 2,
  gzip_trailing_zeros: 1,
  tar_end_short: 1,
}

const best = 100

export interface Deduction {
  readonly code: string
  readonly points: number
  /** How often the code was found. */
  readonly count: number
}

export interface Score {
  /** 0 to 100. */
  readonly value: number
  /** The most expensive first; together they may be more than 100. */
  readonly deductions: readonly Deduction[]
}

/** Deterministic: follows from which codes were found and what the policy made of them. */
export function scoreOf(codes: LoggedFindings['codes']): Score {
  const deductions = [...codes]
    .map(([code, { severity, count }]) => ({ code, points: severity === 'error' ? best : pointsOf(code), count }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || (a.code < b.code ? -1 : 1))
  const lost = deductions.reduce((sum, { points }) => sum + points, 0)
  return { value: Math.max(0, best - lost), deductions }
}

/** What a code costs that is no error. */
export function pointsOf(code: string): number {
  return Object.hasOwn(weights, code) ? (weights[code] ?? 0) : 0
}
