import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { folderOfPrefix, isObjectFile, keyOfPath, pathOfKey } from '../../../../src/node/local/object-paths.ts'

// Valid Unicode, with what paths are made of more often than chance has it.
const segments = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '.', '..', '%', '=', 'A', 'a', '~'))
const keys = fc.array(segments, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'))

describe('the path of a key', () => {
  test('leads back to the key', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const found = keyOfPath(pathOfKey(key))
        expect(found ?? key).toBe(key)
      }),
    )
  })

  test('stays below its folder, in names that every file system takes', () => {
    fc.assert(
      fc.property(keys, (key) => {
        for (const name of pathOfKey(key).split('/')) {
          expect(name).toMatch(/^[a-z0-9@+~_.%=-]{1,200}$/)
          expect(name).not.toMatch(/^\.+$/)
        }
      }),
    )
  })

  test('is another one for every key, also where case does not count', () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        fc.pre(a !== b)
        expect(pathOfKey(a).toLowerCase()).not.toBe(pathOfKey(b).toLowerCase())
      }),
    )
  })

  test('is below the folder of every prefix', () => {
    fc.assert(
      fc.property(keys, fc.nat(), (key, length) => {
        const folder = folderOfPrefix(key.slice(0, length % (key.length + 1)))
        expect(pathOfKey(key).startsWith(folder === '' ? '' : `${folder}/`)).toBe(true)
      }),
    )
  })

  test('is cut when it is long, and still another one', () => {
    const [a, b] = ['a', 'b'].map((end) => pathOfKey(`x/${'y'.repeat(300)}${end}`))
    expect(a).not.toBe(b)
    expect(keyOfPath(a ?? '')).toBeUndefined()
  })

  test('is readable for the names of packages', () => {
    expect(pathOfKey('packages/npm/@scope/left-pad/1.0.0+b/left-pad-1.0.0+b.tgz')).toBe(
      'packages/npm/@scope/left-pad/1.0.0+b/=left-pad-1.0.0+b.tgz',
    )
    expect(isObjectFile('=left-pad')).toBe(true)
    expect(isObjectFile('left-pad')).toBe(false)
  })
})
