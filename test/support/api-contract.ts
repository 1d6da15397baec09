import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { expect } from 'vitest'

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: object
  readonly security: readonly object[]
  readonly responses: Readonly<Record<string, Answer>>
}

interface Answer {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
  readonly 'x-codes'?: readonly string[]
}

/** What an OpenAPI document promises, and whether answers keep it. */
export class ApiContract {
  readonly operations: readonly Operation[]
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false })
  readonly #validators = new Map<object, ValidateFunction>()

  constructor(document: Record<string, any>) {
    this.#ajv.addSchema({ $id: 'doc:', components: closed(document['components']) })
    this.operations = Object.entries(document['paths'] as Record<string, object>).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        parameters: [],
        ...operation,
        id: operation.operationId,
        method,
        path,
      })),
    )
  }

  operation(id: string): Operation {
    const found = this.operations.find((operation) => operation.id === id)
    if (found === undefined) throw new Error(`the document has no operation ${id}`)
    return found
  }

  /** An answer as the document has it: status, type, body, and a code that is announced. */
  async expectKept(id: string, answer: Response): Promise<void> {
    const text = await answer.text()
    const said = `${id}: ${answer.status} ${text.slice(0, 400)}`
    const { responses } = this.operation(id)
    expect(Object.keys(responses), said).toContain(String(answer.status))
    const { content = {}, 'x-codes': codes } = responses[String(answer.status)] ?? {}
    const [type, media] = Object.entries(content)[0] ?? []
    expect(answer.headers.get('cache-control'), said).toMatch(/^(private, no-(store|cache)|public, max-age=300)$/)
    if (type === undefined || media === undefined) return expect(text, said).toBe('')
    expect(answer.headers.get('content-type'), said).toContain(type)
    const body: unknown = type === 'application/jsonl' ? text : JSON.parse(text)
    expect(this.#errors(media.schema, body), said).toEqual([])
    if (codes !== undefined) expect(codes, said).toContain((body as { code: string }).code)
  }

  #errors(schema: object, body: unknown): readonly unknown[] {
    const validate = this.#validators.get(schema) ?? this.#ajv.compile(closed(schema))
    this.#validators.set(schema, validate)
    return validate(body) ? [] : (validate.errors ?? [])
  }
}

/** A schema that takes nothing beyond what it names, so that a field that the document forgets is found. */
function closed<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(closed) as T
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, name === '$ref' ? `doc:${value}` : closed(value)]),
  )
  const isOpen = inner['type'] === 'object' && 'properties' in inner && !('additionalProperties' in inner)
  return (isOpen ? { ...inner, additionalProperties: false } : inner) as T
}
