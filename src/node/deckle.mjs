#!/usr/bin/env node
/** The `deckle` command of package.json: what `npm run deckle --` is, in the folder of whoever runs it. */
process.argv.splice(2, 0, 'cli')
await import('./launch.mjs')
