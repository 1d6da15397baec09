import { z } from 'zod'
import { deckleJsonShape } from '../../src/generic/deckle-json.ts'

/** What `docs/deckle.schema.json` holds, as plain data. */
export const deckleSchema: unknown = JSON.parse(
  JSON.stringify(z.toJSONSchema(deckleJsonShape, { target: 'draft-2020-12', io: 'input' })),
)
