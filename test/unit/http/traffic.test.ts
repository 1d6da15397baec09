import { expect, test } from 'vitest'
import { Traffic } from '../../../src/http/traffic.ts'
import type { Username } from '../../../src/model/ids.ts'

const platform = { now: () => 0 }
const ana = 'ana' as Username

test('the binding of Workers has a say too, by the same keys', async () => {
  const asked: string[] = []
  const binding = {
    limit: async ({ key }: { readonly key: string }) => {
      asked.push(key)
      return { success: key !== 'ana' }
    },
  }
  const traffic = new Traffic({ anonymousPerMinute: 10, accountPerMinute: 10 }, platform)
  await traffic.admitStranger('2001:db8::1', binding)
  await expect(traffic.admitAccount(ana, binding)).rejects.toMatchObject({
    code: 'too_many_requests',
    fields: { waitS: 60 },
  })
  expect(asked).toEqual(['2001:db8::/64', 'ana'])
})

test('without an address, or without a limit, nothing is counted', async () => {
  const off = new Traffic({ anonymousPerMinute: 0, accountPerMinute: 0 }, platform)
  const strict = new Traffic({ anonymousPerMinute: 1, accountPerMinute: 1 }, platform)
  for (let request = 0; request < 5; request += 1) {
    await off.admitStranger('192.0.2.1', undefined)
    await off.admitAccount(ana, undefined)
    await strict.admitStranger(undefined, undefined)
  }
  await strict.admitAccount(ana, undefined)
  await expect(strict.admitAccount(ana, undefined)).rejects.toMatchObject({ code: 'too_many_requests' })
})
