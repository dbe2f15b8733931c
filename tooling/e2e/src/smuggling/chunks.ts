import { chunked, type RequestCase, refused, SMUGGLED, understood } from './case.ts'

const LAST = '0\r\n\r\n'
const HELLO = '"hello"'

/** RFC 9112 §7.1. */
export const chunkCases: readonly RequestCase[] = [
  understood('one chunk', chunked(`5\r\nhello\r\n${LAST}`), `POST / ${HELLO}`),
  understood('two chunks', chunked(`2\r\nhe\r\n3\r\nllo\r\n${LAST}`), `POST / ${HELLO}`),
  understood('capital digits', chunked(`A\r\n0123456789\r\n${LAST}`), 'POST / "0123456789"'),
  understood('leading zeros', chunked(`0005\r\nhello\r\n${LAST}`), `POST / ${HELLO}`),
  understood('several zeros at the end', chunked('5\r\nhello\r\n000\r\n\r\n'), `POST / ${HELLO}`),
  understood('an extension, dropped', chunked(`5;a=b\r\nhello\r\n${LAST}`), `POST / ${HELLO}`),
  understood('an extension in quotes', chunked(`5;a="b;c"\r\nhello\r\n${LAST}`), `POST / ${HELLO}`),
  understood('an extension on the last chunk', chunked('5\r\nhello\r\n0;a\r\n\r\n'), `POST / ${HELLO}`),
  understood('a trailer', chunked('5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n'), `POST / ${HELLO}`),
  understood('a body that looks like the end', chunked(`5\r\n0\r\n\r\n\r\n${LAST}`), 'POST / "0\\r\\n\\r\\n"'),
  understood(
    'a body that looks like a request',
    chunked(`${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n${LAST}`),
    `POST / ${JSON.stringify(SMUGGLED)}`,
  ),
  refused('no size', chunked(`\r\nhello\r\n${LAST}`)),
  refused('letters', chunked(`zz\r\nhello\r\n${LAST}`)),
  refused('0x', chunked(`0x5\r\nhello\r\n${LAST}`)),
  refused('a plus', chunked(`+5\r\nhello\r\n${LAST}`)),
  refused('a minus', chunked(`-5\r\nhello\r\n${LAST}`)),
  refused('minus zero', chunked(`-0\r\n\r\n`)),
  refused('an underscore', chunked(`0_5\r\nhello\r\n${LAST}`)),
  refused('a space before', chunked(` 5\r\nhello\r\n${LAST}`)),
  refused('a tab before', chunked(`\t5\r\nhello\r\n${LAST}`)),
  refused('a space after', chunked(`5 \r\nhello\r\n${LAST}`)),
  refused('a NUL after', chunked(`5\0\r\nhello\r\n${LAST}`)),
  refused('a high byte', chunked(`\xb5\r\nhello\r\n${LAST}`)),
  { name: '2^32 and five', bytes: chunked(`100000005\r\nhello\r\n${LAST}`), verdict: 'unanswered', ends: true },
  refused('2^64 and five', chunked(`10000000000000005\r\nhello\r\n${LAST}`)),
  refused('twenty digits', chunked(`${'f'.repeat(20)}\r\nhello\r\n${LAST}`)),
  refused('a hundred zeros before', chunked(`${'0'.repeat(100)}5\r\nhello\r\n${LAST}`)),
  refused('a bare LF after the size', chunked(`5\nhello\r\n${LAST}`)),
  refused('a bare CR after the size', chunked(`5\rhello\r\n${LAST}`)),
  refused('CR CR LF after the size', chunked(`5\r\r\nhello\r\n${LAST}`)),
  refused('a bare LF after the data', chunked(`5\r\nhello\n${LAST}`)),
  refused('nothing after the data', chunked(`5\r\nhello${LAST}`)),
  refused('data longer than its size', chunked(`4\r\nhello\r\n${LAST}`)),
  refused('TERM.EXT: a bare LF in an extension', chunked(`5;\nhello\r\n${LAST}`)),
  refused('EXT.TERM: a bare CR in an extension', chunked(`5;a\rb\r\nhello\r\n${LAST}`)),
  refused('an extension with a LF, and a request behind it', chunked(`2;\nxx\r\n47\r\n0\r\n\r\n${SMUGGLED}`)),
  refused('a NUL in an extension', chunked(`5;a\0\r\nhello\r\n${LAST}`)),
  refused('an extension without a name', chunked(`5;=b\r\nhello\r\n${LAST}`)),
  refused('an endless extension', chunked(`5;${'a'.repeat(100_000)}`)),
  refused('a bare LF after the last chunk', chunked(`5\r\nhello\r\n0\n\r\n`)),
  refused('a bare LF as the end', chunked(`5\r\nhello\r\n0\r\n\n`)),
  refused('a bare CR as the end', chunked(`5\r\nhello\r\n0\r\n\rX`)),
  refused('a trailer with a space before its colon', chunked('0\r\nX : y\r\n\r\n')),
  refused('a folded trailer', chunked('0\r\nX: y\r\n z\r\n\r\n')),
  refused('a trailer without a colon', chunked('0\r\nX y\r\n\r\n')),
  refused('a trailer behind a bare LF', chunked('0\r\nX: y\nZ: a\r\n\r\n')),
  refused('an endless trailer', chunked(`0\r\nX: ${'x'.repeat(100_000)}`), 431),
]

/** What a trailer must not say (RFC 9110 §6.5.1): it is left out, and never becomes a field of the head. */
export const forbiddenTrailers = ['Content-Length: 5', 'Transfer-Encoding: chunked', 'Host: other']
