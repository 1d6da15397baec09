import { exitCodes } from './exit-codes.ts'

/** A terminal, npm and our launcher each hand the same Ctrl-C on: within this time it is one. */
const sameSignalMs = 500

/** Set once somebody wants the command to stop. What does not stop then is stopped by the second time. */
export function listenForStop(): AbortSignal {
  const stopping = new AbortController()
  let firstAt: number | undefined
  const stop = () => {
    const now = performance.now()
    if (firstAt !== undefined && now - firstAt > sameSignalMs) process.exit(exitCodes.interrupted)
    firstAt ??= now
    stopping.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stop)
  // The launcher is gone, however it went. Waiting to hear of that keeps nothing alive
  process.on('disconnect', stop)
  process.channel?.unref()
  // Whoever reads along may stop (`| head`)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', stop)
  return stopping.signal
}
