import { chooseWalker, genericLimits } from '../../../../src/generic/kinds.ts'
import { type LargeKind, largeArchive, largeKinds } from '../../../builders/large-archive.ts'

/** `large-process.ts <kind> <megabytes>`: walks such an archive, and prints what that took. */
const [kind = '', megabytes = ''] = process.argv.slice(2)

/** What it prints, as JSON. */
export interface LargeWalk {
  readonly codes: readonly string[]
  readonly complete: boolean
  readonly contentBytes: number
  readonly sizeBytes: number
  /** Of the whole process, with what makes the archive. */
  readonly residentBytes: number
  readonly megabytesPerSecond: number
}

if (!isLargeKind(kind)) throw new Error(`a kind is one of ${largeKinds.join(', ')}`)
const { stream, sizeBytes, readAt } = largeArchive(kind, Number(megabytes))
const codes: string[] = []
let seenBytes = 0
const started = performance.now()
const { complete, unpackedSizeBytes } = await chooseWalker(`model.${kind}`)(
  stream,
  { sizeBytes, layout: 'flat', limits: genericLimits, readAt },
  {
    report: ({ code }) => codes.push(code),
    entry: () => ({
      chunk: (bytes) => {
        seenBytes += bytes.length
      },
    }),
  },
)
const seconds = (performance.now() - started) / 1000
if (complete && seenBytes !== unpackedSizeBytes) throw new Error('not all of the content was shown')
const walk: LargeWalk = {
  codes,
  complete,
  contentBytes: unpackedSizeBytes,
  sizeBytes,
  residentBytes: process.resourceUsage().maxRSS * 1024,
  megabytesPerSecond: unpackedSizeBytes / 1_000_000 / seconds,
}
process.stdout.write(JSON.stringify(walk))

function isLargeKind(text: string): text is LargeKind {
  return largeKinds.some((known) => known === text)
}
