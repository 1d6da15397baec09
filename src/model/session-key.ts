/** A key that sessions are signed with. */
export interface SessionKey {
  readonly kid: string
  readonly secret: Uint8Array<ArrayBuffer>
}
