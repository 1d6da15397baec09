import type { Command } from 'commander'
import { type Adder, actingOn } from './adding.ts'
import { addAccess } from './commands/access.ts'
import { addCompletion } from './commands/completion.ts'
import { addConfig } from './commands/config.ts'
import { addDownload } from './commands/download.ts'
import { addHistory } from './commands/history.ts'
import { addInfo } from './commands/info.ts'
import { addLogin } from './commands/login.ts'
import { addLogout } from './commands/logout.ts'
import { addLs } from './commands/ls.ts'
import { addPublish } from './commands/publish.ts'
import { addQuota } from './commands/quota.ts'
import { addReport } from './commands/report.ts'
import { addSearch } from './commands/search.ts'
import { addStats } from './commands/stats.ts'
import { addToken } from './commands/token.ts'
import { addWhoami } from './commands/whoami.ts'
import { addYank } from './commands/yank.ts'

/** The commands of the registry's users, a file each, in the order of the help. */
const groups: Readonly<Record<string, readonly Adder[]>> = {
  'Packages:': [addPublish, addDownload, addLs, addSearch, addInfo, addReport, addYank, addHistory, addStats],
  'Who may do what:': [addLogin, addLogout, addWhoami, addToken, addAccess, addQuota],
  'This machine:': [addConfig, addCompletion],
}

export function addCommands(program: Command): void {
  const acting = actingOn(program)
  for (const [heading, adders] of Object.entries(groups)) {
    program.commandsGroup(heading)
    for (const add of adders) add(program, acting)
  }
}
