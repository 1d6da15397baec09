/** Where a validator answers the edge about check scripts: what one says of a download, and whether a text is one. */
export const gatePaths = { judge: '/gate', examine: '/check-script' } as const
