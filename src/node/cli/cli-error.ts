/** Something that the person at the shell can mend; printed as it is. */
export class CliError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CliError'
  }
}
