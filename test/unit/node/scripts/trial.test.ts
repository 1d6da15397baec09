import { expect, test } from 'vitest'
import { tryScript } from '../../../../src/node/scripts/trial.ts'

const time = '2026-11-25T09:30:00.000Z'
const deny = 'export const download = ({ who }) => who === null ? deny("Log in.") : allow()'

test('a script is tried with a sample, at its only moment or the one that is named', async () => {
  expect(await tryScript(deny, { who: null, time })).toEqual({
    moment: 'download',
    judgement: { verdict: 'deny', code: 'check_script_denied', reason: 'Log in.' },
    durationMs: expect.any(Number),
  })
  const both = `${deny}; export const publish = () => allow()`
  expect(await tryScript(both, { time }, 'publish')).toMatchObject({ judgement: { verdict: 'allow' } })
  await expect(tryScript(both, { time })).rejects.toThrow('--moment')
})

test('what cannot be tried says why', async () => {
  await expect(tryScript('export const download = {', { time })).rejects.toThrow(
    /no check script: it threw SyntaxError/,
  )
  await expect(tryScript('export const other = 1', { time })).rejects.toThrow('neither')
  await expect(tryScript(deny, { who: null })).rejects.toThrow('"time"')
  await expect(tryScript(' '.repeat(100_001), { time })).rejects.toThrow('100 kB')
})
