import type { Piece } from './section.ts'

/** What stands below each table: how it was measured. */
export const methods: Readonly<Record<Piece, string>> = {
  'A file of gigabytes': `- A zip of stored entries of 8 MiB, each of other random bytes, is published and downloaded by \`npx deckle\`, against
  \`npm start\` with its data on the same disk. Any other digest at the end, or in between, ends the run.
- Killed by \`kill -9\`, in this order: the command when 30 % are sent; the edge (workerd and the process above it) when 65 %
  are; the validator when it has read a quarter of the file; the command again when 40 % are downloaded. After each kill
  of the command the same command is run again; edge and validator are started again by \`npm start\`. The command that
  was publishing lives through both.
- What was sent is all that the process wrote, by the system's count, with its questions to the edge; what was missing is
  the file less the parts that stood. Memory is each process's peak, by the system's count (VmHWM), the largest of its
  runs; the launcher before the command is not in it. A job whose validator is killed comes back after a minute at most,
  which is in the time of checking.
- Times are for the feeling: the machine may do other work meanwhile. Digests, bytes and memory are what counts.
`,
  'A hundred downloads at once': `- A hundred accounts log in with their passwords before, each from an address of its own. Then all of them at once, each
  with connections of its own: a client of Deckle asks the edge with its token, follows the redirect to storage and reads
  the whole file; one of the storage server has its link already; one of the file server shows its token. An answer that
  is not whole ends the run. After each round of Deckle every client reads its history, and a history without the
  download ends the run too; what the edge answers to that counts among its bytes.
- The file server is some twenty lines of Node that compare the digest of a token and stream a file from disk. The
  storage server is the one of \`npm start\`: it stands behind Deckle and is the one that is read directly.
- Ten packages hold the files, which are random; the others are there. Three rounds after one to get warm, the
  contestants directly after one another in changing order; clients and servers share the machine's two cores, so that
  all the work of edge, database and records is taken from the time that the storage server has.
- Over a line: the clients together read 125 MB/s at most (1 Gbit/s), each stopping until the line is free again.
- An earlier system of this kind says 37.48 MB/s, mean 51 s and p99 63 s of this workload, on a machine of its own.
`,
  'Decisions among many packages': `- Three registries run beside one another, with the heads of so many packages written to their stores; and in the
  smallest, two more packages with the items of so many versions. Two are measured in turns.
- Known: the edge has the head in memory, 16 connections, answers a second. Read anew: one request at a time, each for any
  of the packages, with \`cache-control: no-cache\`, so that the head is read from storage; a ratio is that of the medians
  of a hundred requests.
`,
}
