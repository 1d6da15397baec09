/** The rows of the conformance table, in its order. */
export const rows = {
  ping: 'ping',
  login: 'log in with a password',
  whoami: 'whoami',
  logout: 'log out ends the token',
  publish: 'publish, byte for byte',
  publish_scoped: 'publish a scoped package',
  publish_access: 'publish `--access public`',
  publish_tag: 'publish a prerelease with `--tag`',
  refused_secret: 'shows why a planted secret is refused',
  refused_path: 'shows why a path trick is refused',
  republish_other: 'publishing over a version is refused',
  republish_same: 'the same bytes again succeed',
  view: 'view',
  install: 'install, byte for byte',
  bin: 'run an installed program',
  tree: 'install a tree by ranges',
  lock: 'lock file without signed links',
  frozen: 'install from the lock file alone',
  private_owner: 'install a private package with a token',
  private_stranger: 'a private package is unknown to strangers',
  login_required: 'registry that requires a login',
  tags: 'list, add and remove dist-tags',
  age_gate: 'fresh releases despite the age gate',
} as const

export type Row = keyof typeof rows
