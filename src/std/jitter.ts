import type { Platform } from './platform.ts'

/** How long to wait before one tries again what somebody else was first with: up to 1 s, a random part of it. */
export function jitterMs(platform: Pick<Platform, 'randomBytes'>, round: number): number {
  const most = Math.min(1_000, 20 * 2 ** Math.min(round, 6))
  const [byte = 0] = platform.randomBytes(1)
  return (most * byte) / 255
}
