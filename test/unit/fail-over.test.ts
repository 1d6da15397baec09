import { beforeEach, expect, test } from 'vitest'
import { failOver, type RegionalApp, type Serve } from '../../src/fail-over.ts'
import { webPlatform } from '../../src/std/platform.ts'

/** A region whose app answers with its name, and with 503 while its storage is away; silent, it answers never. */
class Region implements RegionalApp {
  readonly name: string
  state: 'well' | 'away' | 'silent' = 'well'
  served = 0
  asked = 0

  constructor(name: string) {
    this.name = name
  }

  serve: Serve = (request) => {
    this.served += 1
    if (this.state === 'silent') return new Promise<Response>(() => undefined)
    const isCopy = this.name !== 'home'
    const status = this.state === 'away' || (isCopy && request.method !== 'GET') ? 503 : 200
    return new Response(this.name, { status })
  }

  isAnswering = async () => {
    this.asked += 1
    return this.state === 'well'
  }
}

let now: number
let home: Region
let near: Region
let far: Region
let serve: Serve
let beside: Promise<unknown>[]

beforeEach(() => {
  now = 0
  beside = []
  home = new Region('home')
  near = new Region('near')
  far = new Region('far')
  const platform = { ...webPlatform, now: () => now, sleep: async () => undefined }
  serve = failOver(home, [near, far], platform)
})

async function ask(method = 'GET'): Promise<string> {
  const context = {
    waitUntil: (work: Promise<unknown>) => void beside.push(work),
    passThroughOnException: () => undefined,
    props: {},
  }
  const answer = await serve(new Request('http://localhost/x', { method }), {}, context)
  const text = `${answer.status} ${await answer.text()}`
  await Promise.all(beside)
  return text
}

test('as long as the home region answers, nobody else is asked', async () => {
  expect([await ask(), await ask('PUT')]).toEqual(['200 home', '200 home'])
  expect([near.served, near.asked]).toEqual([0, 0])
})

test('a home region that answers is asked how it is once in three seconds', async () => {
  for (let request = 0; request < 10; request += 1) await ask()
  expect(home.asked).toBe(1)
  now += 3_000
  await ask()
  expect(home.asked).toBe(2)
})

test('a read that the home region cannot answer goes to the first copy that can', async () => {
  home.state = 'away'
  expect(await ask()).toBe('200 near')
  near.state = 'away'
  expect(await ask()).toBe('200 far')
})

test('a home region that says nothing is given up within a few seconds', async () => {
  home.state = 'silent'
  expect(await ask()).toBe('200 near')
})

test('a region that is known to be dead is passed over at once, and taken again when it is back', async () => {
  home.state = 'away'
  await ask()
  home.served = 0
  for (let request = 0; request < 5; request += 1) expect(await ask()).toBe('200 near')
  expect(home.served).toBe(0)
  home.state = 'well'
  now += 3_000
  // This one finds out, for those that come after it
  expect(await ask()).toBe('200 near')
  expect(await ask()).toBe('200 home')
})

test('a read that is slow, or busy for another reason, stays with a home region that is well', async () => {
  home.serve = () => new Response('busy', { status: 503 })
  expect(await ask()).toBe('503 busy')
  home.serve = () => new Promise((resolve) => setImmediate(() => resolve(new Response('late'))))
  expect(await ask()).toBe('200 late')
  expect(near.served).toBe(0)
})

test('a change is never made in another region, and is refused at once while the home region is away', async () => {
  home.state = 'away'
  expect(await ask('PUT')).toBe('503 near')
  home.served = 0
  expect(await ask('PUT')).toBe('503 near')
  expect(home.served).toBe(0)
  home.state = 'well'
  now += 3_000
  expect(await ask('PUT')).toBe('200 home')
})

test('where no region answers, it is said', async () => {
  for (const region of [home, near, far]) region.state = 'away'
  expect(await ask()).toBe('503 far')
})
