/** What a folder can become. Apart from what does it, which is loaded when it is needed. */
export const packings = ['tar.gz', 'tar.zst', 'zip'] as const
export type Packing = (typeof packings)[number]
