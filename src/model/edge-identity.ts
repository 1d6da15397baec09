/** What a token of the edge for AWS says of itself; the role that it is exchanged for trusts nothing else. */
export const edgeIdentity = { audience: 'sts.amazonaws.com', subject: 'deckle-edge' } as const
