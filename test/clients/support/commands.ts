/** A command line, without the program's name. */
export type Args = readonly string[]

/** A command that asks for something. */
export interface Dialogue {
  readonly args: Args
  /** Whether the prompts insist on a terminal. */
  readonly terminal: boolean
  /** The prompts, in order; a text is typed as it is. */
  readonly prompts: readonly { readonly when: RegExp; readonly answer: 'username' | 'password' | 'email' | 'no' }[]
}

/** What a client calls its commands that speak to a registry, beside those that publish and install. */
export interface Commands {
  readonly ping: Args
  readonly whoami: Args
  readonly logout: Args
  readonly login: Dialogue
  readonly webLogin: Dialogue
  readonly addUser: Dialogue
  view(spec: string): Args
  /** Prints one field, of the manifest or of the publisher's own. */
  viewField(spec: string, field: string): Args
  readonly outdated: Args
  /** Downloads the archive of a published version. */
  pack(spec: string): Args
  search(word: string): Args
  readonly audit: Args
  readonly auditSignatures: Args
  readonly tags: {
    list(name: string): Args
    add(name: string, version: string, tag: string): Args
    remove(name: string, tag: string): Args
  }
  deprecate(spec: string, message: string): Args
  undeprecate(spec: string): Args
  unpublish(spec: string): Args
  /** The whole package. */
  unpublishAll(name: string): Args
  readonly owners: {
    list(name: string): Args
    add(name: string, user: string): Args
    remove(name: string, user: string): Args
  }
  readonly access: {
    status(name: string): Args
    set(name: string, status: 'public' | 'private'): Args
    collaborators(name: string): Args
    /** @param holder a user, or a team as `@org:team` */
    packages(holder: string): Args
    factor(name: string, level: 'publish' | 'automation' | 'none'): Args
    grant(right: 'read-only' | 'read-write', team: string, name: string): Args
    revoke(team: string, name: string): Args
  }
  readonly orgs: {
    set(org: string, user: string, role: 'developer' | 'admin' | 'owner'): Args
    list(org: string): Args
    remove(org: string, user: string): Args
  }
  /** Teams as `@org:team`. */
  readonly teams: {
    create(team: string): Args
    destroy(team: string): Args
    add(team: string, user: string): Args
    remove(team: string, user: string): Args
    /** @param from an organisation as `@org`, or a team */
    list(from: string): Args
  }
  readonly stars: {
    add(name: string): Args
    remove(name: string): Args
    readonly mine: Args
    of(user: string): Args
  }
  readonly tokens: {
    readonly list: Args
    /** A token that can only read. */
    readonly create: Dialogue
    /** One that publishes anywhere, and is let off second factors. */
    readonly automation: Dialogue
    revoke(id: string): Args
  }
  readonly profile: {
    get(field: string): Args
    set(field: string, value: string): Args
  }
  /** Something of npm's own registry that this one does not have. */
  readonly foreign: Args
}

/** The place of a command that a client lacks; the row is named in its `without`, so that nobody calls it. */
export const lacking: Args = []
const lackingDialogue: Dialogue = { args: lacking, terminal: false, prompts: [] }
const none = () => lacking

/** A client without any of them, to begin with. */
export const noCommands: Commands = {
  ping: lacking,
  whoami: lacking,
  logout: lacking,
  login: lackingDialogue,
  webLogin: lackingDialogue,
  addUser: lackingDialogue,
  view: none,
  viewField: none,
  outdated: lacking,
  pack: none,
  search: none,
  audit: lacking,
  auditSignatures: lacking,
  tags: { list: none, add: none, remove: none },
  deprecate: none,
  undeprecate: none,
  unpublish: none,
  unpublishAll: none,
  owners: { list: none, add: none, remove: none },
  access: {
    status: none,
    set: none,
    collaborators: none,
    packages: none,
    factor: none,
    grant: none,
    revoke: none,
  },
  orgs: { set: none, list: none, remove: none },
  teams: { create: none, destroy: none, add: none, remove: none, list: none },
  stars: { add: none, remove: none, mine: lacking, of: none },
  tokens: { list: lacking, create: lackingDialogue, automation: lackingDialogue, revoke: none },
  profile: { get: none, set: none },
  foreign: lacking,
}
