/**
 * Loaded into every part before its own code (`node --import`): when the supervisor is gone, however it went, the part
 * ends itself. Its own handler of SIGTERM may finish what it has begun.
 */
const graceMs = 10_000

process.on('disconnect', () => {
  setTimeout(() => process.exit(1), graceMs).unref()
  process.kill(process.pid, 'SIGTERM')
})
// The channel alone keeps nobody alive.
process.channel?.unref()
// Nobody reads our output any more, and that must not end us before we are done.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)
