/** The library has no types. It changes the object that it is given, and returns it. */
declare module 'npm-normalize-package-bin' {
  function normalizePackageBin(manifest: { name?: string; bin?: unknown }): { bin?: Record<string, string> }
  export = normalizePackageBin
}
