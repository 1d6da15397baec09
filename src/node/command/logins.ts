import { z } from 'zod'
import type { Places } from './places.ts'
import { closeToOthers, readPrivate, writePrivate } from './private-file.ts'

const loginSchema = z.object({ username: z.string().optional(), token: z.string().min(1) })
const loginsSchema = z.record(z.string(), loginSchema)
const settingsSchema = z.object({ registry: z.string().optional() })

export type Login = z.infer<typeof loginSchema>

/** What one has logged in with, by the registry's address, and which registry was last. */
export class Logins {
  readonly #places: Places

  constructor(places: Places) {
    this.#places = places
  }

  /** @throws Failure `file` */
  of(registry: string): Login | undefined {
    closeToOthers(this.#places.logins)
    return this.#read()[registry]
  }

  /** The registry is the one that is meant from now on. */
  keep(registry: string, login: Login): void {
    writePrivate(this.#places.logins, { ...this.#read(), [registry]: login })
    writePrivate(this.#places.settings, { registry })
  }

  forget(registry: string): void {
    const { [registry]: _, ...others } = this.#read()
    writePrivate(this.#places.logins, others)
  }

  /** The registry of the file of settings. */
  usual(): string | undefined {
    return readPrivate(this.#places.settings, settingsSchema)?.registry
  }

  #read(): Readonly<Record<string, Login>> {
    return readPrivate(this.#places.logins, loginsSchema) ?? {}
  }
}
