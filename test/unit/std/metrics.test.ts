import { describe, expect, test } from 'vitest'
import { EmbeddedWriter } from '../../../src/std/embedded-metrics.ts'
import { Metrics } from '../../../src/std/metrics.ts'
import { openMetrics } from '../../../src/std/open-metrics.ts'
import { readOpenMetrics } from '../../support/open-metrics.ts'

const definitions = {
  asked: { name: 'shop_asked', help: 'Questions.', labels: ['what', 'how'], embeddedBy: ['how'] },
  waited: { name: 'shop_wait_seconds', help: 'Time.', labels: [], buckets: [0.5, 1, 10], embeddedBy: [] },
  quiet: { name: 'shop_quiet', help: 'Never sent.', labels: ['what'] },
} as const

const made = () => new Metrics(definitions)

describe('as text for those who scrape', () => {
  test('nothing counted is a whole document too', () => {
    expect(readOpenMetrics(openMetrics(made())).size).toBe(0)
  })

  test('counters are told apart by their labels, whatever is in them', () => {
    const metrics = made()
    metrics.count('asked', { what: 'the "price"\\\n', how: 'politely' })
    metrics.count('asked', { what: 'the "price"\\\n', how: 'politely' })
    metrics.count('asked', { what: 'time', how: 'loudly' })
    expect(Object.fromEntries(readOpenMetrics(openMetrics(metrics)))).toEqual({
      'shop_asked_total{what="the \\"price\\"\\\\\\n",how="politely"}': 2,
      'shop_asked_total{what="time",how="loudly"}': 1,
    })
  })

  test('buckets of a histogram hold what is in those before', () => {
    const metrics = made()
    for (const value of [0.5, 0.7, 7, 70]) metrics.observe('waited', {}, value)
    expect(Object.fromEntries(readOpenMetrics(openMetrics(metrics)))).toEqual({
      'shop_wait_seconds_bucket{le="0.5"}': 1,
      'shop_wait_seconds_bucket{le="1.0"}': 2,
      'shop_wait_seconds_bucket{le="10.0"}': 3,
      'shop_wait_seconds_bucket{le="+Inf"}': 4,
      shop_wait_seconds_count: 4,
      shop_wait_seconds_sum: 78.2,
    })
  })

  test('a label that is not bounded after all does not fill the memory', () => {
    const metrics = made()
    for (let at = 0; at < 3_000; at++) metrics.count('quiet', { what: String(at) })
    const samples = readOpenMetrics(openMetrics(metrics))
    expect(samples.size).toBe(2_001)
    expect(samples.get('shop_quiet_total{what="other"}')).toBe(1_000)
  })
})

describe('embedded in a log for CloudWatch', () => {
  test('what was counted since the last time is sent, summed up to few dimensions', () => {
    const metrics = made()
    const writer = new EmbeddedWriter(metrics, 'shop', 'till')
    metrics.count('asked', { what: 'price', how: 'politely' })
    metrics.count('asked', { what: 'time', how: 'politely' })
    metrics.count('quiet', { what: 'time' })
    metrics.observe('waited', {}, 2)
    metrics.observe('waited', {}, 3)
    expect(writer.take(1_700_000_000_000)).toEqual([
      {
        _aws: {
          Timestamp: 1_700_000_000_000,
          CloudWatchMetrics: [
            {
              Namespace: 'shop',
              Dimensions: [['component', 'how']],
              Metrics: [{ Name: 'shop_asked', Unit: 'Count' }],
            },
          ],
        },
        component: 'till',
        how: 'politely',
        shop_asked: 2,
      },
      {
        _aws: {
          Timestamp: 1_700_000_000_000,
          CloudWatchMetrics: [
            {
              Namespace: 'shop',
              Dimensions: [['component']],
              Metrics: [
                { Name: 'shop_wait_seconds_count', Unit: 'Count' },
                { Name: 'shop_wait_seconds_sum', Unit: 'Seconds' },
              ],
            },
          ],
        },
        component: 'till',
        shop_wait_seconds_count: 2,
        shop_wait_seconds_sum: 5,
      },
    ])
    metrics.count('asked', { what: 'price', how: 'politely' })
    expect(writer.take(1_700_000_060_000)).toMatchObject([{ how: 'politely', shop_asked: 1 }])
    expect(writer.take(1_700_000_120_000)).toEqual([])
  })
})
