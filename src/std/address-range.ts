/**
 * IP addresses and ranges of them, RFC 4632 and RFC 4291. An IPv4 address that is written as an IPv6 one
 * (`::ffff:192.0.2.1`) is the IPv4 address.
 */
type Bytes = readonly number[]

interface Range {
  readonly bytes: Bytes
  readonly bits: number
}

/**
 * The canonical text of a range: `192.0.2.7/24` becomes `192.0.2.0/24`, a single address a range of one.
 * @returns undefined for what is no range
 */
export function canonicalRange(text: string): string | undefined {
  const range = parseRange(text)
  if (range === undefined) return undefined
  const bytes = range.bytes.map((byte, index) => byte & maskOf(range.bits, index))
  return `${addressText(bytes)}/${range.bits}`
}

/** The network of an address that one customer has: an IPv4 address, or an IPv6 /64. Undefined for no address. */
export function customerNetwork(address: string): string | undefined {
  const bytes = parseAddress(address)
  return bytes === undefined ? undefined : canonicalRange(`${addressText(bytes)}/${bytes.length === 4 ? 32 : 64}`)
}

/** Whether an address lies in a range. False for what is no address or no range. */
export function rangeContains(rangeText: string, addressText: string): boolean {
  const range = parseRange(rangeText)
  const address = parseAddress(addressText)
  if (range === undefined || address === undefined || range.bytes.length !== address.length) return false
  return range.bytes.every((byte, index) => {
    const mask = maskOf(range.bits, index)
    return (byte & mask) === ((address[index] ?? 0) & mask)
  })
}

function parseRange(text: string): Range | undefined {
  const [address = '', bitsText, ...more] = text.split('/')
  const bytes = more.length > 0 ? undefined : parseAddress(address)
  if (bytes === undefined) return undefined
  if (bitsText === undefined) return { bytes, bits: bytes.length * 8 }
  if (!/^(0|[1-9]\d{0,2})$/.test(bitsText)) return undefined
  // The bits of a mapped address count from the start of the IPv6 one
  const bits = Number(bitsText) - (bytes.length === 4 && address.includes(':') ? 96 : 0)
  return bits < 0 || bits > bytes.length * 8 ? undefined : { bytes, bits }
}

function maskOf(bits: number, index: number): number {
  const inByte = Math.min(8, Math.max(0, bits - index * 8))
  return (0xff << (8 - inByte)) & 0xff
}

function parseAddress(text: string): Bytes | undefined {
  if (text.length > 45) return undefined
  return text.includes(':') ? parseSix(text) : parseFour(text)
}

function parseFour(text: string): Bytes | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined
  }
  return parts.map(Number)
}

function parseSix(text: string): Bytes | undefined {
  const [left = '', right, ...more] = text.split('::')
  const before = groupBytes(left)
  const after = right === undefined ? [] : groupBytes(right)
  if (before === undefined || after === undefined || more.length > 0) return undefined
  const missing = 16 - before.length - after.length
  if (right === undefined ? missing !== 0 : missing < 2) return undefined
  const bytes = [...before, ...Array<number>(missing).fill(0), ...after]
  const isMapped = bytes.slice(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff))
  return isMapped ? bytes.slice(12) : bytes
}

/** Groups of one side of `::`; the last may be an IPv4 address. */
function groupBytes(text: string): Bytes | undefined {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    const four = index === groups.length - 1 && group.includes('.') ? parseFour(group) : undefined
    if (four !== undefined) bytes.push(...four)
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    } else return undefined
  }
  return bytes
}

/** RFC 5952, less its shortest form: the first run of zeros is left out. */
function addressText(bytes: Bytes): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => {
    return (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16)
  })
  return groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::')
}
