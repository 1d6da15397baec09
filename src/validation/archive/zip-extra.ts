import { ArchiveStop } from './findings.ts'
import { elsewhere32, uint64, viewOf } from './zip-bytes.ts'

/** The extra fields of a header that decide what a reader sees; all others (times, owners) are let pass. */
export interface ExtraFields {
  readonly zip64?: Uint8Array
  /** The name in UTF-8, as Info-ZIP adds it. */
  readonly unicodeName?: Uint8Array
}

const zip64Id = 0x0001
const unicodeNameId = 0x7075

/**
 * @throws ArchiveStop when the fields cannot be told apart, or one that decides is there twice
 * @see APPNOTE.TXT 4.5 and 4.6.9
 */
export function readExtra(extra: Uint8Array): ExtraFields {
  const view = viewOf(extra)
  let zip64: Uint8Array | undefined
  let unicodeName: Uint8Array | undefined
  for (let at = 0; at < extra.length; ) {
    const end = at + 4 <= extra.length ? at + 4 + view.getUint16(at + 2, true) : extra.length + 1
    if (end > extra.length) throw invalid('An extra field is longer than the room for it.')
    const id = view.getUint16(at, true)
    const data = extra.subarray(at + 4, end)
    if (id === zip64Id) {
      if (zip64 !== undefined) throw invalid('A header has two zip64 fields.')
      zip64 = data
    } else if (id === unicodeNameId) {
      // A version and the checksum of the other name come first
      if (unicodeName !== undefined || data.length < 5) throw invalid('A header has a second name that cannot be read.')
      unicodeName = data.subarray(5)
    }
    at = end
  }
  return { ...(zip64 && { zip64 }), ...(unicodeName && { unicodeName }) }
}

/**
 * The true values of 32-bit fields: where one says so, the next number of the zip64 field. Some readers take the
 * numbers in it whether a field says so or not, so it must hold no others, or repeat what the fields say.
 * @throws ArchiveStop when readers would see different values
 * @see APPNOTE.TXT 4.5.3
 */
export function resolveZip64(fields: readonly number[], zip64: Uint8Array | undefined): readonly number[] {
  const data = zip64 ?? new Uint8Array(0)
  const wanted = fields.filter((field) => field === elsewhere32).length
  const numbers = Array.from({ length: Math.floor(data.length / 8) }, (_, index) => uint64(viewOf(data), index * 8))
  const isRepetition = wanted === 0 && numbers.every((number, index) => number === fields[index])
  if (data.length % 8 !== 0 || numbers.length < wanted || (numbers.length > wanted && !isRepetition)) {
    throw new ArchiveStop('zip_zip64_invalid', 'A zip64 field does not hold what its header leaves to it.')
  }
  const given = numbers.values()
  return fields.map((field) => (field === elsewhere32 ? (given.next().value ?? field) : field))
}

const invalid = (message: string) => new ArchiveStop('zip_extra_invalid', message)
