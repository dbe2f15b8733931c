import { expect } from 'vitest'
import type { Example } from './harness/example.ts'
import { RANDOM, serves, servesAllBelow, servesBoth, servesFiles } from './harness/shows.ts'
import { testSeed } from './harness/table.ts'

const random = `https://${RANDOM}\\.ngrok\\.app`
const fixed = 'https://example\\.ngrok\\.app'

/** A program in JavaScript: all of this seed differ in the options alone. */
const program = (...options: readonly string[]): string => `const ngrok = require("@ngrok/ngrok");
(async function () {
const listener = await ngrok.forward({
${options.join('\n')}
});
console.log(\`Ingress established at: \${listener.url()}\`);
})();`

/** What the seed prints of a section in the languages that have no agent of ours to run them. */
const elsewhere = (line: number, section: string, forms: Readonly<Record<string, string>>): Example[] =>
  Object.entries(forms).map(([form, belongsTo]) => ({
    at: `line ${line}, ${section}`,
    printed: `the form ${form}`,
    belongsTo,
  }))

const libraries = {
  Go: 'libraries for other languages',
  Python: 'libraries for other languages',
  Rust: 'libraries for other languages',
}
const others = {
  'Agent Config': 'tunnel start',
  SSH: 'SSH gateway',
  ...libraries,
  'Kubernetes Controller': 'Kubernetes',
}
const { SSH: _ssh, ...withoutSsh } = others
const { 'Kubernetes Controller': _kubernetes, ...withoutKubernetes } = others
const files = { 'Agent Config': 'tunnel start', Go: 'libraries for other languages' }

/** Seed 002, "HTTP Endpoints" (2024). */
const examples: readonly Example[] = [
  {
    at: 'line 4, Overview',
    printed: 'ngrok http 80',
    services: { 'localhost:80': 'web' },
    expected: 'serves a web application',
    shown: serves(random, 'localhost:80'),
  },
  {
    at: 'line 18, Basic usage',
    printed: 'ngrok http 8080',
    services: { 'localhost:8080': 'web' },
    expected: 'an HTTPS endpoint on a random domain',
    shown: serves(random, 'localhost:8080'),
  },
  {
    at: 'line 37, Basic usage',
    printed: program('addr: 8080,', 'authtoken_from_env: true,'),
    services: { 'localhost:8080': 'web' },
    expected: 'an HTTPS endpoint on a random domain',
    shown: serves(random, 'localhost:8080'),
  },
  ...elsewhere(18, 'Basic usage', others),
  {
    at: 'line 93, Static domain',
    printed: 'ngrok http 80 --domain example.ngrok.app',
    services: { 'localhost:80': 'web' },
    expected: 'an HTTPS endpoint on example.ngrok.app',
    shown: serves(fixed, 'localhost:80'),
  },
  {
    at: 'line 115, Static domain',
    printed: program('addr: 8080,', 'authtoken_from_env: true,', 'domain: "example.ngrok.app",'),
    services: { 'localhost:8080': 'web' },
    expected: 'an HTTPS endpoint on example.ngrok.app',
    shown: serves(fixed, 'localhost:8080'),
  },
  ...elsewhere(93, 'Static domain', others),
  {
    at: 'line 177, Bring your own domain',
    printed: 'ngrok http 80 --domain app.example.com',
    services: { 'localhost:80': 'web' },
    expected: 'an HTTPS endpoint on app.example.com',
    shown: serves('https://app\\.example\\.com', 'localhost:80'),
  },
  {
    at: 'line 199, Bring your own domain',
    printed: program('addr: 8080,', 'authtoken_from_env: true,', 'domain: "example.ngrok.app",'),
    services: { 'localhost:8080': 'web' },
    expected: 'an HTTPS endpoint on the domain that it names',
    shown: serves(fixed, 'localhost:8080'),
  },
  ...elsewhere(177, 'Bring your own domain', others),
  {
    at: 'line 258, Basic auth',
    printed: 'ngrok http 80 --basic-auth "username1:password1" --basic-auth "username2:password2"',
    belongsTo: 'traffic policy',
  },
  ...elsewhere(258, 'Basic auth', {
    'Agent Config': 'traffic policy',
    SSH: 'traffic policy',
    Javascript: 'traffic policy',
    ...libraries,
  }),
  { at: 'line 327, Auth with Google', printed: 'ngrok http 80 --oauth google', belongsTo: 'traffic policy' },
  ...elsewhere(327, 'Auth with Google', {
    'Agent Config': 'traffic policy',
    SSH: 'traffic policy',
    Javascript: 'traffic policy',
    ...libraries,
    'Kubernetes Controller': 'Kubernetes',
  }),
  {
    at: 'line 421, Forward to HTTPS',
    printed: 'ngrok http https://localhost:8443',
    services: { 'localhost:8443': 'secure web' },
    expected: 'HTTPS to the service, whose certificate nobody verifies',
    shown: serves(random, 'localhost:8443'),
  },
  {
    at: 'line 446, Forward to HTTPS',
    printed: program('addr: "https://localhost:8443",', 'authtoken_from_env: true,'),
    belongsTo: 'the library, which verifies the certificate (packages/agent-core/test/traffic.test.ts)',
  },
  ...elsewhere(421, 'Forward to HTTPS', withoutSsh),
  {
    at: 'line 530, Rewrite Host header',
    printed: "ngrok http 8080 --request-header-add='host: localhost'",
    belongsTo: 'traffic policy',
  },
  {
    at: 'line 531, Rewrite Host header',
    printed: "ngrok http 9090 --request-header-add='host: example.com'",
    belongsTo: 'traffic policy',
  },
  ...elsewhere(530, 'Rewrite Host header', {
    'Agent Config': 'traffic policy',
    SSH: 'traffic policy',
    Javascript: 'traffic policy',
    ...libraries,
    'Kubernetes Controller': 'Kubernetes',
  }),
  {
    at: 'line 625, Forward to non-local',
    printed: 'ngrok http 192.168.1.2:80',
    services: { '192.168.1.2:80': 'web' },
    expected: 'a server of the network',
    shown: serves(random, '192.168.1.2:80'),
  },
  {
    at: 'line 649, Forward to non-local',
    printed: program('addr: "192.168.1.2:80",', 'authtoken_from_env: true,'),
    services: { '192.168.1.2:80': 'web' },
    expected: 'a server of the network',
    shown: serves(random, '192.168.1.2:80'),
  },
  ...elsewhere(625, 'Forward to non-local', others),
  {
    at: 'line 747, Wildcard domain',
    printed: 'ngrok http 80 --domain *.example.com',
    services: { 'localhost:80': 'web' },
    expected: 'traffic for foo.example.com and bar.example.com',
    shown: servesAllBelow('*.example.com', 'localhost:80', ['foo.example.com', 'bar.example.com']),
  },
  {
    at: 'line 769, Wildcard domain',
    printed: program('addr: 8080,', 'authtoken_from_env: true,', 'domain: "*.example.com",'),
    services: { 'localhost:8080': 'web' },
    expected: 'traffic for foo.example.com and bar.example.com',
    shown: servesAllBelow('*.example.com', 'localhost:8080', ['foo.example.com', 'bar.example.com']),
  },
  ...elsewhere(747, 'Wildcard domain', others),
  {
    at: 'line 831, Serve directory files',
    printed: 'ngrok http file://`pwd`',
    files: { 'notes.txt': 'some notes\n' },
    expected: 'the files of the working directory',
    shown: servesFiles('notes.txt', 'some notes\n'),
  },
  ...elsewhere(831, 'Serve directory files', files),
  {
    at: 'line 863, Serve files on Windows',
    printed: 'ngrok http "file://C:\\Users\\alan\\Directory Name"',
    belongsTo: 'Windows (packages/agent-core/src/upstream/address.test.ts)',
  },
  ...elsewhere(863, 'Serve files on Windows', files),
  {
    at: 'line 895, Serve files in your current working directory',
    printed: 'ngrok http "file:///var/log"',
    expected: 'the files of that directory',
    shown: async ({ urls: [url], visit }) => {
      const { status, headers } = await visit(url as string)
      expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/html; charset=utf-8' })
    },
  },
  ...elsewhere(895, 'Serve files in your current working directory', { Go: 'libraries for other languages' }),
  {
    at: 'line 925, Serve HTTP and HTTPS',
    printed: 'ngrok http 80 --scheme http,https',
    services: { 'localhost:80': 'web' },
    expected: 'an HTTP endpoint as well',
    shown: servesBoth('localhost:80'),
  },
  {
    at: 'line 951, Serve HTTP and HTTPS',
    printed: program('addr: 8080,', 'authtoken_from_env: true,', 'schemes: "http",'),
    services: { 'localhost:8080': 'web' },
    expected: 'an HTTP endpoint',
    shown: serves(`http://${RANDOM}\\.ngrok\\.app`, 'localhost:8080'),
  },
  ...elsewhere(925, 'Serve HTTP and HTTPS', withoutKubernetes),
  {
    at: 'line 1049, Rewriting the Host header',
    printed: 'ngrok http foo.local:80 --host-header=rewrite',
    services: { 'foo.local:80': 'web' },
    expected: 'the Host header is foo.local',
    shown: serves(random, 'foo.local:80', 'foo.local'),
  },
  {
    at: 'line 1051, Rewriting the Host header',
    printed: "ngrok http foo.local:80 --request-header-add='foo.local'",
    belongsTo: 'traffic policy',
  },
]

testSeed('seed 002', ['ngrok.app', 'example.com'], examples)
