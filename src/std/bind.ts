/** Functions that take what they need as their first argument, less that argument. */
export type Bound<F> = {
  readonly [K in keyof F]: F[K] extends (deps: never, ...args: infer A) => infer R ? (...args: A) => R : never
}

/** Gives each function its first argument: all that it needs to do its work. */
export function bind<D, const F extends Readonly<Record<string, (deps: D, ...args: never[]) => unknown>>>(
  deps: D,
  functions: F,
): Bound<F> {
  const entries = Object.entries(functions).map(([name, run]) => [name, (...args: never[]) => run(deps, ...args)])
  return Object.fromEntries(entries) as Bound<F>
}
