/** The end of docs/performance.md: its pieces take minutes each, and are written by the runs that measured them. */
export const pieces = ['A file of gigabytes', 'A hundred downloads at once', 'Decisions among many packages'] as const
export type Piece = (typeof pieces)[number]

const heading = '## Large files and many packages'
const introduction = 'Written by `npm run bench:large`, piece by piece; do not edit.'

/** What of the page is not for others to write; empty when there is none. */
export function largeSection(page: string): string {
  const at = page.indexOf(heading)
  return at === -1 ? '' : page.slice(at)
}

/** The page with this piece as it is now, and the others as they were. */
export function withPiece(page: string, piece: Piece, text: string): string {
  const section = largeSection(page)
  const rest = page.slice(0, page.length - section.length).trimEnd()
  const standing = section.split(/^(?=### )/m).slice(1)
  const texts = pieces.flatMap((title) => {
    const now = title === piece ? `### ${title}\n${text}` : standing.find((each) => each.startsWith(`### ${title}\n`))
    return now === undefined ? [] : [now.trimEnd()]
  })
  return `${[rest, heading, introduction, ...texts].join('\n\n')}\n`.replace(`${heading}\n\n`, `${heading}\n`)
}
