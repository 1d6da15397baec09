import type { ArchiveCode } from './archive/codes.ts'
import { type Severity, severities } from './check.ts'
import type { FrameCode } from './frame-codes.ts'

/**
 * What rejects and what warns unless a registry decides otherwise, one record per group of codes. A code that is not
 * here counts as an `error`; a test holds that every code of every check is.
 */

/** What a policy can make of a code: `off` means that it is not even reported. */
export const levels = [...severities, 'off'] as const
export type Level = (typeof levels)[number]

/** What a registry, or later an organisation, makes of some codes. */
export type PolicyChanges = Readonly<Record<string, Level>>

export interface Policy {
  levelOf(code: string): Level
}

/** What `run.ts` itself reports: the version could not be checked, so it fails. */
const framePolicy = {
  check_crashed: 'error',
  validation_timed_out: 'error',
  stored_file_changed: 'error',
} as const satisfies Record<FrameCode, Severity>

const archivePolicy = {
  gzip_header_invalid: 'error',
  gzip_truncated: 'error',
  gzip_data_invalid: 'error',
  gzip_checksum_mismatch: 'error',
  gzip_size_mismatch: 'error',
  gzip_several_members: 'error',
  gzip_trailing_data: 'error',
  gzip_trailing_zeros: 'warning',
  archive_kind_differs: 'error',
  archive_kind_unknown: 'error',
  archive_unpacked_too_large: 'error',
  archive_ratio_too_high: 'error',
  archive_too_many_entries: 'error',
  archive_metadata_too_large: 'error',
  archive_path_too_long: 'error',
  archive_segment_too_long: 'error',
  archive_path_too_deep: 'error',
  archive_path_empty: 'error',
  archive_absolute_path: 'error',
  archive_parent_path: 'error',
  archive_dot_segment: 'error',
  archive_inner_dot_segment: 'warning',
  archive_empty_segment: 'error',
  archive_backslash: 'error',
  archive_drive_letter: 'error',
  archive_nul_in_path: 'error',
  archive_control_character: 'error',
  archive_invisible_character: 'warning',
  archive_invalid_utf8: 'error',
  archive_windows_stream: 'error',
  archive_windows_name: 'warning',
  archive_outside_top_folder: 'error',
  archive_several_top_folders: 'warning',
  archive_duplicate_path: 'error',
  archive_repeated_file: 'warning',
  archive_case_collision: 'error',
  archive_case_twins: 'warning',
  archive_unicode_collision: 'error',
  archive_compatibility_collision: 'warning',
  archive_file_as_directory: 'error',
  archive_symlink: 'error',
  archive_hardlink: 'error',
  archive_link_escapes: 'error',
  archive_link_unknown: 'error',
  archive_device: 'error',
  archive_fifo: 'error',
  archive_sparse: 'error',
  archive_unknown_type: 'error',
  archive_setuid: 'warning',
  tar_truncated: 'error',
  tar_end_missing: 'error',
  tar_end_short: 'warning',
  tar_data_after_end: 'error',
  tar_padding_too_long: 'error',
  tar_header_unknown: 'error',
  tar_checksum_mismatch: 'error',
  tar_checksum_signed: 'error',
  tar_number_invalid: 'error',
  tar_field_ambiguous: 'error',
  tar_pax_invalid: 'error',
  tar_pax_ambiguous: 'error',
  tar_pax_global_override: 'error',
  tar_header_orphaned: 'error',
  tar_path_conflict: 'error',
  tar_size_conflict: 'error',
  tar_link_unexpected: 'error',
  zstd_header_invalid: 'error',
  zstd_truncated: 'error',
  zstd_data_invalid: 'error',
  zstd_window_too_large: 'error',
  zstd_too_many_frames: 'error',
  zstd_trailing_data: 'error',
  xz_header_invalid: 'error',
  xz_truncated: 'error',
  xz_data_invalid: 'error',
  xz_options_unknown: 'error',
  xz_dictionary_too_large: 'error',
  xz_trailing_data: 'error',
  zip_end_missing: 'error',
  zip_several_ends: 'error',
  zip_trailing_data: 'error',
  zip_leading_data: 'error',
  zip_hidden_data: 'error',
  zip_entries_overlap: 'error',
  zip_split: 'error',
  zip_zip64_invalid: 'error',
  zip_directory_invalid: 'error',
  zip_truncated: 'error',
  zip_header_invalid: 'error',
  zip_header_conflict: 'error',
  zip_name_conflict: 'error',
  zip_size_conflict: 'error',
  zip_kind_conflict: 'error',
  zip_name_encoding: 'warning',
  zip_extra_invalid: 'error',
  zip_encrypted: 'error',
  zip_flag_unknown: 'error',
  zip_method_unknown: 'error',
  zip_descriptor_invalid: 'error',
  zip_data_invalid: 'error',
  zip_size_mismatch: 'error',
  zip_checksum_mismatch: 'error',
} as const satisfies Record<ArchiveCode, Severity>

/** `validation/checks`: for every format. */
const sharedPolicy: Readonly<Record<string, Severity>> = {
  secret_found: 'error',
  secret_suspected: 'warning',
  secret_scan_incomplete: 'warning',
}

/** What owners of a package ask for, the registry does not relax. */
const scriptPolicy: Readonly<Record<string, Severity>> = {
  check_script_denied: 'error',
  check_script_failed: 'error',
  check_script_suspended: 'error',
}

/** `npm/checks`: without these there is no one manifest to list. */
const npmManifestPolicy: Readonly<Record<string, Severity>> = {
  package_json_missing: 'error',
  package_json_repeated: 'error',
  package_json_too_large: 'error',
  package_json_invalid: 'error',
  package_json_ambiguous: 'error',
  manifest_name_differs: 'error',
  manifest_version_differs: 'error',
}

/** `npm/checks`: all others. */
const npmPolicy: Readonly<Record<string, Severity>> = {
  manifest_dependencies_differ: 'error',
  manifest_bin_differs: 'error',
  manifest_scripts_differ: 'error',
  manifest_engines_differ: 'error',
  manifest_platforms_differ: 'error',
  manifest_rewritten: 'warning',
  license_missing: 'warning',
  license_not_spdx: 'warning',
  readme_missing: 'info',
  entry_point_missing: 'warning',
  types_missing: 'warning',
  command_missing: 'warning',
  packaging_error: 'warning',
  packaging_doubtful: 'info',
  packaging_unchecked: 'info',
  dependency_outside_registry: 'warning',
  dependency_is_local: 'warning',
  npmrc_with_token: 'error',
  env_file_packed: 'warning',
  key_file_packed: 'warning',
  dependencies_packed: 'warning',
  crash_dump_packed: 'warning',
  leftover_packed: 'info',
  package_is_large: 'info',
  package_has_many_files: 'info',
  file_dominates: 'info',
  install_script_added: 'info',
  dependency_added: 'info',
  command_added: 'info',
  size_jumped: 'info',
  publisher_changed: 'info',
  network_first_used: 'warning',
  processes_first_used: 'warning',
  dynamic_code_first_used: 'warning',
  native_code_first_used: 'warning',
}

/** `generic/checks`: without these nobody knows which bytes are meant, or what they say of themselves. */
const genericPolicy: Readonly<Record<string, Severity>> = {
  digest_differs: 'error',
  deckle_json_missing: 'error',
  deckle_json_repeated: 'error',
  deckle_json_too_large: 'error',
  deckle_json_invalid: 'error',
  deckle_json_differs: 'error',
}

const defaults: Readonly<Record<string, Severity>> = {
  ...framePolicy,
  ...archivePolicy,
  ...sharedPolicy,
  ...scriptPolicy,
  ...npmManifestPolicy,
  ...npmPolicy,
  ...genericPolicy,
}

/** Errors here are fixed: they keep everybody who reads or installs a version looking at the same files. */
const fixedGroups: readonly Readonly<Record<string, Severity>>[] = [
  framePolicy,
  archivePolicy,
  scriptPolicy,
  npmManifestPolicy,
  genericPolicy,
]

export const knownCodes: readonly string[] = Object.keys(defaults)

/** What a code is by default. An unknown one is an `error`: what nobody judged must not pass. */
export function severityOf(code: string): Severity {
  return Object.hasOwn(defaults, code) ? (defaults[code] ?? 'error') : 'error'
}

/** Whether no policy may relax the code. */
export function isFixed(code: string): boolean {
  return (
    !Object.hasOwn(defaults, code) || fixedGroups.some((group) => Object.hasOwn(group, code) && group[code] === 'error')
  )
}

/** The defaults, changed by the first layer, then by the next: the registry's, then an organisation's. */
export function createPolicy(...layers: readonly PolicyChanges[]): Policy {
  const changes: PolicyChanges = Object.assign({}, ...layers)
  return {
    levelOf: (code) => (!isFixed(code) && Object.hasOwn(changes, code) ? changes[code] : undefined) ?? severityOf(code),
  }
}

export const defaultPolicy: Policy = createPolicy()
