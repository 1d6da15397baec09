import { bundle } from '../bundle.ts'

/** `npm run build:validator [folder]`: everything that the image holds besides Node, as the Dockerfile builds it. */
const [outputFolder = 'dist/validator'] = process.argv.slice(2)
bundle({
  entry: 'src/node/validator.ts',
  threads: { 'lint-thread': 'src/node/validator/lint-thread.ts', healthy: 'src/node/validator/healthy.ts' },
  outputFolder,
})
