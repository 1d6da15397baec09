/** All pages of a list, one at a time. */
export async function* pagesOf<T>(
  read: (after: { readonly after?: string }) => Promise<{ readonly entries: readonly T[]; readonly next?: string }>,
): AsyncGenerator<readonly T[], void> {
  let page = await read({})
  yield page.entries
  while (page.next !== undefined) {
    page = await read({ after: page.next })
    yield page.entries
  }
}
