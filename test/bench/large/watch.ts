/** What the processes of a run take and move: looked at while they live, and kept when they are gone. */
import { descendantsRunning, peakResidentBytes, transferred } from '../processes.ts'

const sampleEveryMs = 200

/** By what their command lines have in them. */
const roles = {
  command: 'src/node/cli.ts',
  edge: 'bin/workerd',
  supervisedEdge: 'local/edge-part.ts',
  validator: 'src/node/validator.ts',
} as const
export type Role = keyof typeof roles

export interface Seen {
  readonly pid: number
  readonly role: Role
  readonly peakBytes: number
  readonly readBytes: number
  readonly writtenBytes: number
}

/** Watches what was started by this process, and below. */
export class Watch {
  readonly #seen = new Map<number, Seen>()
  readonly #timer = setInterval(() => this.look(), sampleEveryMs)

  /** Looks now: before a kill, after which the system tells nothing. */
  look(): void {
    for (const role of Object.keys(roles) as Role[]) {
      for (const pid of pidsOf(role)) {
        const peakBytes = peakResidentBytes(pid)
        // Ended, and not yet forgotten by the system
        if (peakBytes > 0) this.#seen.set(pid, { pid, role, peakBytes, ...transferred(pid) })
      }
    }
  }

  /** The processes that had this role, in the order in which they came. */
  all(role: Role): readonly Seen[] {
    return [...this.#seen.values()].filter((seen) => seen.role === role)
  }

  peakBytes(role: Role): number {
    return Math.max(...this.all(role).map(({ peakBytes }) => peakBytes))
  }

  /** `kill -9` of every process that has this role now. */
  kill(...killed: readonly Role[]): void {
    this.look()
    for (const pid of killed.flatMap(pidsOf)) process.kill(pid, 'SIGKILL')
  }

  end(): void {
    clearInterval(this.#timer)
  }
}

function pidsOf(role: Role): readonly number[] {
  return descendantsRunning(process.pid, roles[role])
}
