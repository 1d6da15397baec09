import type { Progress, Stage } from '../progress.ts'
import type { Upload } from './uploads-api.ts'

/** What there is to see of an upload that is complete: it is validated, then moved to where it can be downloaded. */
export class CheckProgress {
  readonly #progress: Progress
  readonly #sizeBytes: number
  #validating: Stage | undefined
  #placing: Stage | undefined
  #checkedBytes = 0

  constructor(progress: Progress, sizeBytes: number) {
    this.#progress = progress
    this.#sizeBytes = sizeBytes
  }

  at({ validation, dryRun }: Upload): void {
    const isChecked = validation === undefined || validation.checkedBytes >= validation.totalBytes
    if (isChecked && dryRun !== true) {
      this.isChecked()
      this.#placing ??= this.#progress.begin('moving into place', 0)
    } else if (this.#placing === undefined && validation !== undefined) {
      this.#validating ??= this.#progress.begin('validating', this.#sizeBytes)
      this.#add(validation.checkedBytes)
    }
  }

  isChecked(): void {
    this.#add(this.#sizeBytes)
    this.#validating?.end()
    this.#validating = undefined
  }

  end(): void {
    this.#validating?.end()
    this.#placing?.end()
  }

  #add(checkedBytes: number): void {
    this.#validating?.add(checkedBytes - this.#checkedBytes)
    this.#checkedBytes = checkedBytes
  }
}
