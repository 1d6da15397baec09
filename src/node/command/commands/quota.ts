import type { Command } from 'commander'
import { z } from 'zod'
import type { Acting, Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { table } from '../table.ts'
import { formatBytes } from '../units.ts'
import { parseCount, parseSize } from '../values.ts'

const quotaSchema = z.object({
  storedBytes: z.number().optional(),
  openUploads: z.number().optional(),
  openUploadBytes: z.number().optional(),
})
type Quota = z.infer<typeof quotaSchema>
const storedSchema = z.object({
  storedBytes: z.number().optional(),
  storedFiles: z.number().optional(),
  storedBytesLimit: z.number().optional(),
})
const ownSchema = storedSchema.extend({ username: z.string() })
const accountSchema = storedSchema.extend({ quota: quotaSchema.optional() })

const whoHelp = 'a user, or @organisation'
const bySettings = 'as the settings say'

/** How much one user or one organisation may have. */
export const addQuota: Adder = (program, acting) => {
  const quota = program.command('quota').description('shows and changes how much an account may store and upload')
  quota
    .command('show')
    .description('shows what it stores, and may: your own account, an organisation, or, for administrators, any')
    .argument('[who]', whoHelp)
    .action(acting(show))
  addSet(quota, acting)
  quota
    .command('clear')
    .description('lets it have what the settings say; for administrators')
    .argument('<who>', whoHelp)
    .action(
      acting(async ({ registry, output }: Context, who: string) => {
        await registry.change({ method: 'DELETE', path: `${accountPath(who)}/quota` })
        output.result({ who, quota: {} }, () => `${who} may have what the settings say.`)
      }),
    )
}

function addSet(quota: Command, acting: Acting): void {
  quota
    .command('set')
    .description('says how much it may have, and leaves what is not named; for administrators')
    .argument('<who>', whoHelp)
    .option('--stored <size>', 'of all its published files, such as 500GB', parseSize)
    .option('--open-uploads <n>', 'uploads that are open at a time', parseCount)
    .option('--open-bytes <size>', 'of all files of open uploads, such as 50GB', parseSize)
    .action(acting(set))
}

interface Given {
  readonly stored?: number
  readonly openUploads?: number
  readonly openBytes?: number
}

async function set({ registry, output }: Context, who: string, given: Given): Promise<void> {
  const { stored, openUploads, openBytes } = given
  const said: Quota = {
    ...(stored !== undefined && { storedBytes: stored }),
    ...(openUploads !== undefined && { openUploads }),
    ...(openBytes !== undefined && { openUploadBytes: openBytes }),
  }
  if (Object.keys(said).length === 0) {
    throw new Failure('usage', 'No limit is named.', {
      code: 'quota_missing',
      hint: 'Use --stored, --open-uploads or --open-bytes; deckle quota clear takes limits back.',
    })
  }
  const path = accountPath(who)
  const before = await registry.get(path, accountSchema)
  const quota = { ...before.quota, ...said }
  await registry.change({ method: 'PUT', path: `${path}/quota`, body: quota })
  output.result({ who, quota }, () => table(rowsOf(quota)))
}

async function show({ registry, output }: Context, who: string | undefined): Promise<void> {
  if (who === undefined) {
    const { username, ...stored } = await registry.get('/api/v1/auth/me', ownSchema)
    output.result({ who: username, ...stored }, () => table([['stored', shownStored(stored)]]))
    return
  }
  const { quota = {}, ...stored } = await registry.get(accountPath(who), accountSchema)
  output.result({ who, ...stored, quota }, () => table([['stored', shownStored(stored)], ...rowsOf(quota)]))
}

function shownStored({ storedBytes, storedFiles = 0, storedBytesLimit }: z.infer<typeof storedSchema>): string {
  if (storedBytes === undefined) return 'not known to you'
  const most = storedBytesLimit === undefined ? '' : ` of ${formatBytes(storedBytesLimit)}`
  return `${formatBytes(storedBytes)}${most} in ${storedFiles === 1 ? '1 file' : `${storedFiles} files`}`
}

function rowsOf({ storedBytes, openUploads, openUploadBytes }: Quota): readonly (readonly string[])[] {
  const bytes = (limit: number | undefined) => (limit === undefined ? bySettings : formatBytes(limit))
  return [
    ['may store', bytes(storedBytes)],
    ['open uploads', openUploads === undefined ? bySettings : String(openUploads)],
    ['bytes of them', bytes(openUploadBytes)],
  ]
}

/** Where the API has an account. */
function accountPath(who: string): string {
  const [, sign, name = ''] = /^(@?)([^@/:\s]+)$/.exec(who) ?? []
  if (sign !== undefined) return `/api/v1/${sign === '@' ? 'organisations' : 'users'}/${encodeURIComponent(name)}`
  throw new Failure('usage', `"${who}" is neither a user nor an organisation.`, {
    code: 'account_invalid',
    hint: 'Write ana, or @acme.',
  })
}
