import { expect, test } from 'vitest'
import { reasonOf } from './dial-error.ts'

const failure = (fields: object): Error => Object.assign(new Error('in the words of Node'), fields)

test.each([
  [{ code: 'ECONNREFUSED', address: '127.0.0.1', port: 80 }, 'connection refused (127.0.0.1:80)'],
  [{ code: 'ENOENT', address: '/run/app.sock' }, 'no such socket (/run/app.sock)'],
  [{ code: 'CERT_HAS_EXPIRED' }, 'its certificate has expired'],
  [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'its certificate is not signed by an authority that is trusted here'],
  [
    { code: 'ERR_TLS_CERT_ALTNAME_INVALID', reason: 'Host: a. is not cert b' },
    'its certificate is for another host (Host: a. is not cert b)',
  ],
  [
    {
      code: 'EPROTO',
      message: 'write EPROTO 80BC:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:a.c:350:',
    },
    'it does not speak TLS',
  ],
  [
    {
      code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      message: '80BC:error:0A:SSL routines:ssl3:sslv3 alert handshake failure:a.c:1:',
    },
    'TLS failed: sslv3 alert handshake failure',
  ],
  [{ code: 'ENEW' }, 'in the words of Node'],
])('%j is %j', (fields, words) => {
  expect(reasonOf(failure(fields))).toBe(words)
})

test('names each reason of several attempts once', () => {
  const attempts = ['::1', '127.0.0.1', '127.0.0.1'].map((address) =>
    failure({ code: 'ECONNREFUSED', address, port: 1 }),
  )
  expect(reasonOf(new AggregateError(attempts))).toBe('connection refused (::1:1), connection refused (127.0.0.1:1)')
})
