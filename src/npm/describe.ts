import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'

/** The longest descriptive field that is listed, as JSON: the packument repeats it for each version. */
const longestFieldCharacters = 16_384

/** Listed as they are, when their type is the one that clients expect. */
const plainFields = ['description', 'homepage', 'main', 'module', 'types', 'typings', 'type', 'packageManager'] as const
const anyFields = ['license', 'licenses', 'browser', 'exports', 'imports', 'sideEffects', 'devEngines', 'man'] as const

const reshapedFields = ['author', 'contributors', 'keywords', 'repository', 'bugs', 'funding'] as const

/** The fields that `describingFields` decides on. */
export const describedFields = [...plainFields, ...anyFields, ...reshapedFields] as const

/**
 * The fields that only describe a package, in the form that npm gives them when it publishes: people, repository and
 * addresses as objects, keywords as a list. What has the wrong type, or is longer than 16 KiB, is left out.
 * @see @npmcli/package-json lib/normalize-data.js
 */
export function describingFields(packageJson: JsonObject): JsonObject {
  const described: Record<string, Json | undefined> = {
    author: person(packageJson['author']),
    contributors: people(packageJson['contributors']),
    keywords: keywords(packageJson['keywords']),
    repository: repository(packageJson['repository']),
    bugs: bugs(packageJson['bugs']),
    funding: funding(packageJson['funding']),
  }
  for (const field of plainFields) described[field] = text(packageJson[field])
  for (const field of anyFields) described[field] = withoutPrototypes(packageJson[field])
  const kept: Record<string, Json> = {}
  for (const [field, value] of Object.entries(described)) {
    if (value !== undefined && JSON.stringify(value).length <= longestFieldCharacters) kept[field] = value
  }
  return kept
}

/** A copy without any key `__proto__`, which could change the prototype of what a client copies it to. */
export function withoutPrototypes(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => withoutPrototypes(item) ?? null)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__')
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutPrototypes(item) ?? null]))
}

/** `Ana <ana@x.org> (https://x.org)`, or an object with the same. */
function person(value: Json | undefined): JsonObject | undefined {
  if (isJsonObject(value)) {
    return some({
      name: text(value['name']),
      email: text(value['email'] ?? value['mail']),
      url: text(value['url'] ?? value['web']),
    })
  }
  if (typeof value !== 'string') return undefined
  return some({
    name: /^[^(<]+/.exec(value)?.[0].trim() || undefined,
    email: /<([^<>]+)>/.exec(value)?.[1],
    url: /\(([^()]+)\)/.exec(value)?.[1],
  })
}

function people(value: Json | undefined): readonly JsonObject[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.map(person).filter((each) => each !== undefined)
}

function keywords(value: Json | undefined): readonly string[] | undefined {
  const words = typeof value === 'string' ? value.split(/,\s+/) : Array.isArray(value) ? value : undefined
  return words?.filter((word) => typeof word === 'string' && word !== '')
}

function repository(value: Json | undefined): JsonObject | undefined {
  if (typeof value === 'string') return { type: 'git', url: repositoryUrl(value) }
  const url = isJsonObject(value) ? text(value['url']) : undefined
  if (!isJsonObject(value) || url === undefined) return undefined
  return some({ type: text(value['type']), url: repositoryUrl(url), directory: text(value['directory']) })
}

/** `ana/left-pad` and `gitlab:ana/left-pad` as addresses; others stay as they are. */
function repositoryUrl(value: string): string {
  const short = /^(?:(github|gitlab|bitbucket):)?([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(value)
  if (short === null) return value
  const host = short[1] === 'bitbucket' ? 'bitbucket.org' : `${short[1] ?? 'github'}.com`
  return `git+https://${host}/${short[2]}.git`
}

function bugs(value: Json | undefined): JsonObject | undefined {
  if (typeof value === 'string') return value.includes('@') && !URL.canParse(value) ? { email: value } : { url: value }
  return isJsonObject(value) ? some({ url: text(value['url']), email: text(value['email']) }) : undefined
}

function funding(value: Json | undefined): Json | undefined {
  return typeof value === 'string' ? { url: value } : withoutPrototypes(value)
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The fields that are there, or undefined when none is. */
function some(fields: Readonly<Record<string, string | undefined>>): JsonObject | undefined {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value
  return Object.keys(kept).length === 0 ? undefined : kept
}
