/** What a part tells its supervisor: that it can be used, or the numbers of the processes that it started. */
export type PartMessage = { readonly event: 'ready' } | { readonly event: 'helpers'; readonly pids: readonly number[] }

/** What the supervisor tells a part: what to start with, to take up a new worker (and say again when it is ready), to end. */
export type SupervisorMessage =
  | { readonly event: 'start'; readonly input: unknown }
  | { readonly event: 'reload' }
  | { readonly event: 'stop' }

export interface RunningPart {
  close(): Promise<void>
  reload?(): Promise<void>
}

/**
 * The child's side of a part: starts when the supervisor sends the input, reports that it is ready, closes and ends
 * when it is told to or gets SIGTERM. A start that fails ends the process with the error.
 */
export function servePart(start: (input: unknown) => Promise<RunningPart>): void {
  let running: Promise<RunningPart> | undefined
  const reload = async () => {
    await (await running)?.reload?.()
    tellSupervisor({ event: 'ready' })
  }
  const stop = async () => {
    await (await running)?.close()
    process.exit(0)
  }
  process.channel?.ref()
  process.on('message', (message: SupervisorMessage) => {
    if (message.event === 'start') {
      running ??= start(message.input)
      void running.then(() => tellSupervisor({ event: 'ready' }))
    } else {
      void (message.event === 'reload' ? reload() : stop())
    }
  })
  process.once('SIGTERM', () => void stop())
}

/** Says something to the supervisor, if it is still there. */
export function tellSupervisor(message: PartMessage): void {
  // A channel that closes at this moment is told to us by `disconnect`.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}
