import { bundle } from '../bundle.ts'

/** `npm run build:image [folder]`: everything that the image holds besides Node, as the Dockerfile builds it. */
const [outputFolder = 'dist/image'] = process.argv.slice(2)
const programs = {
  validator: 'src/node/validator.ts',
  'lint-thread': 'src/node/validator/lint-thread.ts',
  'script-thread': 'src/node/scripts/script-thread.ts',
  server: 'src/node/server.ts',
  healthy: 'src/node/service/healthy.ts',
}
bundle(programs, outputFolder)
