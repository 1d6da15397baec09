import type { IncomingMessage } from 'node:http'
import { connectionFailure } from '../connection.ts'
import { Failure } from '../failure.ts'
import type { Stage } from '../progress.ts'
import { type Patience, retrying } from '../retry.ts'
import { StallGuard } from '../stall.ts'
import { askStorage } from '../storage.ts'
import type { Link } from './link.ts'
import type { PartFile, Piece } from './part-file.ts'

export interface Fetching {
  readonly link: Link
  readonly file: PartFile
  readonly sizeBytes: number
  readonly stage: Stage
  readonly patience: Omit<Patience, 'signal'>
}

/** Fetches a piece from storage into the file, as often as that needs. @throws Failure */
export async function fetchPiece(fetching: Fetching, piece: Piece, signal: AbortSignal): Promise<void> {
  await retrying({ ...fetching.patience, signal }, async () => {
    const url = await fetching.link.current()
    try {
      await receive(fetching, piece, url, signal)
    } catch (error) {
      // It may have run out; a new one costs little
      await fetching.link.spoil(url)
      throw connectionFailure(error, new URL(url).host, signal)
    }
  })
  await fetching.file.finish(piece)
}

async function receive({ file, sizeBytes, stage }: Fetching, piece: Piece, url: string, signal: AbortSignal) {
  const last = piece.start + piece.sizeBytes - 1
  const guard = new StallGuard(signal)
  let received = 0
  let isWhole = false
  try {
    const answer = await askStorage(url, {
      method: 'GET',
      // No token: the link is all that storage takes
      headers: { range: `bytes=${piece.start}-${last}`, 'accept-encoding': 'identity' },
      signal: guard.signal,
    })
    requireRange(answer, `bytes ${piece.start}-${last}/${sizeBytes}`, piece, sizeBytes, url)
    for await (const chunk of answer) {
      if (received + chunk.byteLength > piece.sizeBytes) throw brokenOff(url)
      await file.write(chunk, piece.start + received)
      received += chunk.byteLength
      stage.add(chunk.byteLength)
      guard.moved()
    }
    if (received !== piece.sizeBytes) throw brokenOff(url)
    isWhole = true
  } finally {
    guard.end()
    if (!isWhole) stage.add(-received)
  }
}

/** Storage must give what was asked for: the whole of a small file may come without a range (RFC 9110, 14.2). */
function requireRange(answer: IncomingMessage, range: string, piece: Piece, sizeBytes: number, url: string): void {
  const { statusCode, headers } = answer
  if (statusCode === 206 && headers['content-range'] === range) return
  if (statusCode === 200 && piece.sizeBytes === sizeBytes) return
  answer.resume()
  throw new Failure('network', `Storage at ${new URL(url).host} answered ${statusCode} to a range.`, {
    code: 'range_refused',
    where: new URL(url).host,
    isPassing: true,
    hint: 'Run the same command again: it goes on where this one stopped.',
  })
}

function brokenOff(url: string): Failure {
  return new Failure('network', `${new URL(url).host} broke off.`, {
    code: 'broken_off',
    where: new URL(url).host,
    isPassing: true,
  })
}
