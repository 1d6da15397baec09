import type { RouteClass } from './expected.ts'

/** One request that a route answers. Let through, it changes nothing: what it asks for is so already, or is not there. */
export interface Row {
  /** As the app lists it: method and pattern. */
  readonly route: string
  readonly is: RouteClass
  readonly ask: (thing: Thing) => Question
  /** What its body would be, which is empty: no JSON. */
  readonly mediaType?: string
  /** It would end the token that it is asked with. */
  readonly withoutToken?: true
  /** The sensitive package is to be made sensitive again. */
  readonly endsSensitivity?: true
}

/** What is asked for: a package, and an organisation. */
export interface Thing {
  /** `@acme/lib` */
  readonly name: string
  readonly org: string
}

export interface Question {
  readonly path: string
  readonly body?: unknown
}

export const escaped = ({ name }: Thing) => name.replace('/', '%2f')
export const file = ({ name }: Thing) => `${name.slice(name.indexOf('/') + 1)}-1.0.0.tgz`
type Of<T> = T | ((it: Thing) => T)
export const row = (route: string, is: RouteClass, path: Of<string>, body?: Of<object | string>): Row => ({
  route,
  is,
  ask: (it) => ({
    path: typeof path === 'string' ? path : path(it),
    ...(body === undefined ? {} : { body: typeof body === 'function' ? body(it) : body }),
  }),
})
