import type { PackageRef } from '../model/ids.ts'
import type { Asking } from '../model/principal.ts'
import type { UsageCounters } from '../storage/usage-counters.ts'
import { type AccessRules, accessProblem } from './access.ts'
import type { HeadCache } from './head-cache.ts'
import { openHead } from './reader.ts'

export interface StatisticsDeps {
  readonly headCache: HeadCache
  readonly usageCounters: UsageCounters
  readonly rules: AccessRules
}

/** Days as `YYYY-MM-DD`, in UTC, both included. */
export interface Period {
  readonly start: string
  readonly end: string
}

export interface DayCount {
  readonly day: string
  readonly downloads: number
}

/** Downloads per day of a period, days without any included. @throws Refusal `package_not_found`, `login_required` */
export async function dailyDownloads(
  deps: StatisticsDeps,
  asking: Asking,
  ref: PackageRef,
  period: Period,
): Promise<readonly DayCount[]> {
  const { who, head } = await openHead(deps, asking, ref, false)
  const problem = accessProblem(who, 'read', head, deps.rules)
  if (problem !== undefined) throw problem
  const counted = await deps.usageCounters.downloads(ref, period.start, period.end)
  return daysOf(period).map((day) => ({ day, downloads: counted.get(day) ?? 0 }))
}

export function daysOf({ start, end }: Period): readonly string[] {
  const days: string[] = []
  for (let time = Date.parse(start); time <= Date.parse(end); time += 86_400_000) {
    days.push(new Date(time).toISOString().slice(0, 10))
  }
  return days
}
