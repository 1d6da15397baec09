import { digestHex } from '../../std/digest.ts'
import type { ArchiveCode } from './codes.ts'

/** What adding a path to those that were there before brings to light. */
export interface Collision {
  readonly code: ArchiveCode
  /** The other path, as it was first written. */
  readonly other: string
  /** Both are files: where case counts, one stands beside the other. */
  readonly areFiles: boolean
}

/** All paths of an archive, to find those that fall together on somebody's disk. */
export interface PathTree {
  /** `full`: there would be more than `most` files and folders, implied folders included. */
  add(path: string, kind: NodeKind): 'placed' | 'full' | Collision
  /** Whether a file, and no link, has exactly this path. */
  isFile(path: string): boolean
}

type NodeKind = 'file' | 'directory' | 'link'

interface Node {
  readonly parent: Node | undefined
  /** As it was first written. */
  readonly segment: string
  readonly kind: NodeKind
  /** By what file systems compare. */
  children?: Map<string, Node>
  /** Paths of the files that differ from this one only in case. */
  twins?: Set<string>
  /** The few children that look like something else, by what they look like. */
  lookalikes?: Map<string, Node>
}

/**
 * Paths are compared as the most forgiving file systems do: regardless of case and of composed or decomposed letters.
 * Two folders may fall together, their files may not. Names that only look alike in compatibility forms (a ligature
 * and its letters) are told apart. Holds one node for each file and folder: 25 MB for 100,000 usual names, 50 MB
 * for the longest.
 */
export function createPathTree(most: number): PathTree {
  const root: Node = { parent: undefined, segment: '', kind: 'directory' }
  let nodes = 0

  return {
    add: (path, kind) => {
      const segments = path.split('/')
      let node = root
      let lookalike: Node | undefined
      for (const [index, segment] of segments.entries()) {
        const isLast = index === segments.length - 1
        const wanted = isLast ? kind : 'directory'
        const key = shortened(comparable(segment))
        const present: Node | undefined = node.children?.get(key)
        if (present === undefined) {
          if (nodes >= most) return 'full'
          nodes += 1
          const child: Node = { parent: node, segment, kind: wanted }
          lookalike = addChild(node, key, child) ?? lookalike
          node = child
        } else if ((present.kind === 'directory') !== (wanted === 'directory')) {
          return { code: 'archive_file_as_directory', other: pathOf(present), areFiles: false }
        } else if (isLast && kind !== 'directory') {
          return collide(present, path, kind)
        } else {
          node = present
        }
      }
      if (lookalike === undefined) return 'placed'
      return { code: 'archive_compatibility_collision', other: pathOf(lookalike), areFiles: false }
    },
    isFile: (path) => {
      const keys = path.split('/').map((segment) => shortened(comparable(segment)))
      const node = keys.reduce<Node | undefined>((parent, key) => parent?.children?.get(key), root)
      return node?.kind === 'file' && (pathOf(node) === path || node.twins?.has(twinKey(path)) === true)
    },
  }
}

/** Returns the sibling that the new child looks like, if there is one. */
function addChild(parent: Node, key: string, child: Node): Node | undefined {
  parent.children ??= new Map()
  const look = shortened(appearance(child.segment))
  const sibling = parent.lookalikes?.get(look) ?? (look === key ? undefined : parent.children.get(look))
  parent.children.set(key, child)
  if (look !== key) {
    parent.lookalikes ??= new Map()
    parent.lookalikes.set(look, child)
  }
  return sibling
}

/** Names the difference between a path and the one before it that file systems take for the same. */
function collide(present: Node, path: string, kind: NodeKind): Collision {
  const other = pathOf(present)
  const areFiles = present.kind === 'file' && kind === 'file'
  const key = twinKey(path)
  if (path === other || present.twins?.has(key)) return { code: 'archive_duplicate_path', other: path, areFiles }
  if (key === twinKey(other)) return { code: 'archive_unicode_collision', other, areFiles }
  if (areFiles) present.twins = (present.twins ?? new Set()).add(key)
  return { code: 'archive_case_collision', other, areFiles }
}

/** Equal for what is one path where case counts. */
function twinKey(path: string): string {
  return shortened(path.normalize('NFC'))
}

/** Letter by letter, as file systems fold case: a ligature or `ß` is not its letters. */
function comparable(segment: string): string {
  if (ascii.test(segment)) return segment.toLowerCase()
  const composed = segment.normalize('NFC')
  const upper = composed.toUpperCase()
  const folded = upper.length === composed.length ? upper : Array.from(composed, upperCase).join('')
  return folded.toLowerCase().replaceAll('ς', 'σ').normalize('NFC')
}

const ascii = /^[\x20-\x7e]*$/

/** By way of upper case, which unites letters that have several lower-case forms. */
function upperCase(character: string): string {
  const upper = character.toUpperCase()
  return upper.length === character.length ? upper : character
}

/** What a reader might take the name for: ligatures and other compatibility forms as their letters. */
function appearance(segment: string): string {
  return ascii.test(segment) ? comparable(segment) : segment.normalize('NFKC').toUpperCase().toLowerCase()
}

/** Some letters become many: a long key is kept as its digest, so that memory stays in proportion to the archive. */
function shortened(key: string): string {
  return key.length <= 64 ? key : digestHex('sha256', key)
}

function pathOf(node: Node): string {
  const segments: string[] = []
  for (let at: Node | undefined = node; at?.parent !== undefined; at = at.parent) segments.unshift(at.segment)
  return segments.join('/')
}
