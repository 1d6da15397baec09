import type { CodeDoc } from './check.ts'

/** What the frame itself reports. Any of them means that the version could not be judged: the verdict is `failed`. */
export const frameCodes = {
  check_crashed: {
    title: 'A check broke',
    why: 'The registry could not finish its work on this version. This is a bug of the registry, not of the package.',
  },
  validation_timed_out: {
    title: 'Validation took too long',
    why: 'The time for one version was used up before all of it was read.',
  },
  stored_file_changed: {
    title: 'The stored file is not the one that was uploaded',
    why: 'Its length or digest differs from what was computed when it arrived, so it was damaged in storage.',
  },
} as const satisfies Record<string, CodeDoc>

export type FrameCode = keyof typeof frameCodes
