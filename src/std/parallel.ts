/** Works on items a few at a time, in order; the first failure ends it once what was begun has ended. */
export async function eachInParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>) {
  const queue = items.values()
  const results = await Promise.allSettled(
    Array.from({ length: width }, async () => {
      for (const item of queue) await work(item)
    }),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
