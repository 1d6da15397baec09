/**
 * A plain file server as a process: checks a token as Deckle does, by its digest, and streams the file through itself.
 *
 *   node file-server.ts <port> <folder> <SHA-256 of each token, hex, as a JSON list>
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream'

const [port = '0', folder = '', digests = '[]'] = process.argv.slice(2)
const known: ReadonlySet<string> = new Set(JSON.parse(digests))

createServer((request, response) => {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (!known.has(createHash('sha256').update(token).digest('hex'))) {
    response.writeHead(401).end()
    return
  }
  response.setHeader('content-type', 'application/octet-stream')
  pipeline(createReadStream(join(folder, basename(request.url ?? ''))), response, (error) => {
    if (error) console.error(error)
  })
}).listen(Number(port), '127.0.0.1')
