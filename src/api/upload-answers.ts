import type { Context } from 'hono'
import { asking } from '../http/authenticate.ts'
import type { AppEnv } from '../http/env.ts'
import type { WantedUpload } from '../registry/uploads/open-upload.ts'
import type { Completion } from '../registry/uploads/stage-manifest.ts'
import { shownUpload } from './upload-shapes.ts'

/** What is answered to the same question by whichever address it is asked. */

export async function openedUpload(c: Context<AppEnv>, wanted: WantedUpload) {
  const { upload, isNew } = await c.var.registry.openUpload(await asking(c), wanted)
  const shown = shownUpload(c, { upload, state: 'open' })
  return isNew ? c.json(shown, 201, { location: `/api/v1/uploads/${upload.id}` }) : c.json(shown, 200)
}

export async function completedUpload(c: Context<AppEnv>, id: string, completion: Completion) {
  const who = await asking(c)
  const { outcome } = await c.var.registry.completeUpload(who, id, completion)
  const shown = shownUpload(c, await c.var.registry.showUpload(who, id))
  return outcome === 'validating' ? c.json(shown, 202) : c.json(shown, 200)
}

export async function abortedUpload(c: Context<AppEnv>, id: string) {
  await c.var.registry.abortUpload(await asking(c), id)
  return c.body(null, 204)
}
