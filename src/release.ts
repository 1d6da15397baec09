/** The version of Deckle: that of `package.json`, which edge code cannot read; a test holds the two together. */
export const release = '0.1.0'
