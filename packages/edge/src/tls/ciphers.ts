/** Forward secrecy and authenticated encryption only, in every version: no CBC, no static RSA (RFC 9325 §4.2). Wherever the edge ends TLS. */
export const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
].join(':')
