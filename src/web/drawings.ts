import { html } from 'hono/html'

const sheet = 'M1 1h20v21l-2.1 1.7-1.8-1.3-2.3 2.2-2-1.6-1.9 1.2-2.2-1.9-2.4 2.3-1.9-1.4L3.2 25 1 22.6z'
const lines = 'M5.5 7.2h11M5.5 11.6h11M5.5 16h6.4'

/** The mark: a sheet with a deckle edge. Always beside the word, so that nobody needs to see it. */
export const mark = html`<svg class="mark" viewBox="0 0 22 26" aria-hidden="true" focusable="false"><path class="fill" d="${sheet}"/><path class="lines" d="${lines}"/></svg>`

/** The same as a file of its own, for the browser's tabs, which know no theme of ours. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 0 26 26"><path fill="#134A78" d="${sheet}"/><path stroke="#fff" stroke-width="1.8" d="${lines}"/></svg>`

const edge = [
  'M0 0H1200V4L1196 2.2L1183 5.7L1177 2.1L1169 6.4L1161 6.2L1149 5.2L1142 7.9L1133 6.1L1121 5.8L1107 4.6',
  'L1099 3.8L1087 6.0L1076 3.8L1065 4.8L1052 2.0L1039 2.6L1025 5.3L1013 3.3L1006 6.6L992 3.8L977 6.1L964 5.0',
  'L952 4.1L941 3.3L930 5.7L916 3.8L903 6.3L895 3.7L889 4.7L879 8.3L868 4.9L860 4.0L849 2.1L838 2.3L823 2.7',
  'L817 3.6L804 3.7L789 2.8L777 2.2L769 4.6L763 2.1L756 1.7L742 4.6L729 8.1L717 6.3L704 1.9L694 2.7L685 2.6',
  'L674 1.6L662 5.4L651 4.2L639 3.8L631 6.4L618 4.1L611 2.5L597 4.8L582 3.1L574 5.3L565 4.7L556 6.1L546 3.6',
  'L532 2.8L523 6.5L508 6.1L501 5.1L494 2.1L488 5.2L476 1.8L465 2.7L456 4.4L441 6.2L435 4.8L421 5.6L414 3.4',
  'L406 2.7L394 5.4L386 1.5L379 1.6L370 6.2L356 6.1L342 4.6L332 4.8L324 1.9L317 1.9L303 6.1L290 3.2L281 2.8',
  'L269 6.4L256 4.2L245 6.0L235 2.7L223 3.2L213 3.0L204 4.2L189 3.3L180 7.8L172 4.1L161 1.8L147 4.4L133 3.7',
  'L124 3.2L111 3.4L96 4.5L85 6.3L74 5.7L60 5.1L53 5.2L44 5.7L32 4.3L19 3.2L9 2.6L0 1.5L0 4Z',
].join('')

/** The lower edge of the masthead, torn as before a sheet is trimmed. */
export const tornEdge = html`<svg class="torn" viewBox="0 0 1200 9" preserveAspectRatio="none" aria-hidden="true" focusable="false"><path fill="currentColor" d="${edge}"/></svg>`
