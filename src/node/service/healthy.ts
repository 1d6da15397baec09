/** Asks the validator of this container for its health: exit code 0 or 1. The image has no other tool for it. */
async function askHealth(port: string): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(4_000) })
  return answer.status === 200
}

askHealth(process.env['DECKLE_HEALTH_PORT'] ?? '').then(
  (healthy) => process.exit(healthy ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  },
)
