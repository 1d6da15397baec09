import { SignJWT, UnsecuredJWT } from 'jose'
import { expect, test } from 'vitest'
import type { SessionId, Username } from '../../../src/model/ids.ts'
import type { Session } from '../../../src/model/records.ts'
import { fixedKeys } from '../../../src/registry/session-keys.ts'
import { SessionTexts } from '../../../src/registry/session-texts.ts'

const here = 'https://packages.example'
const startMs = Date.parse('2026-03-01T10:00:00.000Z')
const key = (kid: string, fill: number) => ({ kid, secret: new Uint8Array(32).fill(fill) })
const [newKey, oldKey, foreign] = [key('new', 1), key('old', 2), key('new', 3)]
const session: Session = {
  sessionId: 'abcdefghij0123456789' as SessionId,
  owner: 'ana' as Username,
  epoch: 4,
  createdAt: new Date(startMs).toISOString(),
  expiresAt: new Date(startMs + 3_600_000).toISOString(),
  uses: 1_000,
}
const at = (ms: number, ring = [newKey, oldKey], url = here) =>
  new SessionTexts(fixedKeys(ring), url, { now: () => startMs + ms })

test('a session is read as it was signed', async () => {
  expect(await at(0).verify(await at(0).sign(session, 1_772_359_200))).toEqual({
    sessionId: session.sessionId,
    username: 'ana',
    epoch: 4,
    factorAtS: 1_772_359_200,
  })
})

test('the first key signs and all verify; one that left the ring does not', async () => {
  const old = await at(0, [oldKey]).sign(session)
  expect(await at(0).verify(old)).toMatchObject({ username: 'ana' })
  await expect(at(0, [newKey]).verify(old)).rejects.toMatchObject({ code: 'token_invalid' })
  expect(JSON.parse(atob((await at(0).sign(session)).split('.')[0] ?? ''))).toEqual({
    alg: 'HS256',
    typ: 'JWT',
    kid: 'new',
  })
})

test('it is good from its beginning to its end, give or take what clocks differ', async () => {
  const text = await at(0).sign(session)
  for (const ms of [-4_000, 3_600_000, 3_604_000]) expect(await at(ms).verify(text)).toMatchObject({ username: 'ana' })
  for (const ms of [-6_000, 3_605_000, 99_000_000]) {
    await expect(at(ms).verify(text)).rejects.toMatchObject({ code: 'token_invalid' })
  }
})

test('without keys, nothing is signed and nothing is good', async () => {
  await expect(async () => at(0, []).sign(session)).rejects.toMatchObject({ code: 'sessions_off' })
  await expect(at(0, []).verify(await at(0).sign(session))).rejects.toMatchObject({ code: 'token_invalid' })
})

const claims = () => ({ sub: 'ana', jti: session.sessionId, epoch: 4, iss: here, aud: here })
const timed = (jwt: SignJWT) => jwt.setNotBefore(startMs / 1_000).setExpirationTime(startMs / 1_000 + 60)
const header = { alg: 'HS256', typ: 'JWT', kid: 'new' }

test.each([
  ['unsigned', () => new UnsecuredJWT(claims()).setExpirationTime('1h').setNotBefore(0).encode()],
  ['signed by another key of the same name', () => at(0, [foreign]).sign(session)],
  ['of another registry', () => at(0, [newKey], 'https://other.example').sign(session)],
  [
    'for another audience',
    () =>
      timed(new SignJWT({ ...claims(), aud: 'https://x' }))
        .setProtectedHeader(header)
        .sign(newKey.secret),
  ],
  [
    'of another issuer',
    () =>
      timed(new SignJWT({ ...claims(), iss: 'https://x' }))
        .setProtectedHeader(header)
        .sign(newKey.secret),
  ],
  [
    'of another algorithm',
    () =>
      timed(new SignJWT(claims()))
        .setProtectedHeader({ ...header, alg: 'HS512' })
        .sign(new Uint8Array(64).fill(1)),
  ],
  [
    'of another type',
    () =>
      timed(new SignJWT(claims()))
        .setProtectedHeader({ ...header, typ: 'at+jwt' })
        .sign(newKey.secret),
  ],
  [
    'without a key id',
    () => timed(new SignJWT(claims())).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(newKey.secret),
  ],
  ['without an end', () => new SignJWT(claims()).setNotBefore(0).setProtectedHeader(header).sign(newKey.secret)],
  [
    'without a beginning',
    () => new SignJWT(claims()).setExpirationTime('1h').setProtectedHeader(header).sign(newKey.secret),
  ],
  [
    'with an id that is none',
    () =>
      timed(new SignJWT({ ...claims(), jti: '../x' }))
        .setProtectedHeader(header)
        .sign(newKey.secret),
  ],
  ['changed', async () => `${(await at(0).sign(session)).slice(0, -4)}AAAA`],
  ['cut', async () => (await at(0).sign(session)).slice(0, -20)],
  ['nothing', () => '..'],
  ['much too long', () => `a.${'b'.repeat(100_000)}.c`],
])('a text that is %s is refused like every other wrong one', async (_, make) => {
  await expect(at(0).verify(await make())).rejects.toMatchObject({ code: 'token_invalid' })
})
