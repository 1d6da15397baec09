import { expect, test } from 'vitest'
import { mostParts, mostUploadBytes, partBytesFor, partCountOf, partSizeOf } from '../../../src/model/upload.ts'

const mebibyte = 1024 ** 2

test.each([
  [0, 16 * mebibyte, 1],
  [1, 16 * mebibyte, 1],
  [16 * mebibyte, 16 * mebibyte, 1],
  [16 * mebibyte + 1, 16 * mebibyte, 2],
  [160_000 * mebibyte, 16 * mebibyte, 10_000],
  [160_000 * mebibyte + 1, 32 * mebibyte, 5_001],
  [mostUploadBytes, 1024 * mebibyte, 5_120],
])('a file of %i bytes goes in parts of %i: %i of them', (sizeBytes, partBytes, count) => {
  expect([partBytesFor(sizeBytes), partCountOf({ sizeBytes, partBytes })]).toEqual([partBytes, count])
  expect(count).toBeLessThanOrEqual(mostParts)
  const sizes = partSizeOf({ sizeBytes, partBytes }, count) + (count - 1) * partBytes
  expect(sizes).toBe(sizeBytes)
})
