/** What the tests read of a packument, and of the body of a publish. */
export interface Body {
  readonly _rev?: string
  readonly 'dist-tags': Readonly<Record<string, string>>
  readonly versions: Record<string, { deprecated?: string; readonly dist?: { readonly integrity?: string } }>
}
