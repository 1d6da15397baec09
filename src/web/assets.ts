import type { Hono } from 'hono'
import { type AppEnv, routes } from '../http/env.ts'
import { digestHex } from '../std/digest.ts'
import { icon } from './drawings.ts'
import { stylesheet } from './stylesheet.ts'

/** Where files of the pages lie, and nothing else: the pages' policy names this folder. */
export const assetFolder = '/-/assets/'

export const stylesheetPath = pathOf('deckle', 'css', stylesheet)
export const iconPath = pathOf('deckle', 'svg', icon)

/** Named by its content, so that it may be kept for ever. */
function pathOf(name: string, extension: string, content: string): string {
  return `${assetFolder}${name}-${digestHex('sha256', content).slice(0, 12)}.${extension}`
}

const forEver = { 'cache-control': 'public, max-age=31536000, immutable' }

/** `/-/assets/…`. Must never redirect: a redirect would widen what the pages' policy allows. */
export const assets: Hono<AppEnv> = routes()
  .get(stylesheetPath, (c) => c.body(stylesheet, 200, { ...forEver, 'content-type': 'text/css; charset=utf-8' }))
  .get(iconPath, (c) => c.body(icon, 200, { ...forEver, 'content-type': 'image/svg+xml' }))
