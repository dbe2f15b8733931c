import type { UserAgentFacts } from './ports.ts'

/** Longer texts are no browser's; only this much is looked at. */
const MAX_LENGTH = 512

const BOT =
  /bot\b|bot[/;_-]|crawler|spider|slurp|facebookexternalhit|headless|preview|monitor|^(?:curl|wget|python|go-http|java|okhttp|axios|node|libwww)/i
const BROWSERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/([\d.]+)/],
  ['Opera', /\b(?:OPR|Opera)\/([\d.]+)/],
  ['Samsung Internet', /\bSamsungBrowser\/([\d.]+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/([\d.]+)/],
  ['Chrome', /\b(?:Chrome|CriOS|Chromium)\/([\d.]+)/],
  ['Safari', /\bVersion\/([\d.]+).{0,64}\bSafari\//],
  ['Internet Explorer', /\b(?:MSIE |Trident\/.{0,64}rv:)([\d.]+)/],
]
const SYSTEMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Windows', /\bWindows NT ([\d.]+)/],
  ['iOS', /\b(?:iPhone|iPad|iPod).{0,32}? OS ([\d_]+)/],
  ['macOS', /\bMac OS X ([\d_.]+)/],
  ['Android', /\bAndroid ([\d.]+)/],
  ['Chrome OS', /\bCrOS \S+ ([\d.]+)/],
  ['Linux', /\b(?:Linux|X11)()/],
]

/** The few facts that most rules ask of a `User-Agent`. A precise parser can take its place: `VariablePorts.parseUserAgent`. */
export function parseUserAgent(userAgent: string): UserAgentFacts {
  const text = userAgent.slice(0, MAX_LENGTH)
  const [name, version] = firstMatch(BROWSERS, text) ?? productOf(text)
  const [os, osVersion] = firstMatch(SYSTEMS, text) ?? ['', '']
  return {
    name,
    version,
    os,
    osVersion: osVersion.replaceAll('_', '.'),
    device: /\b(iPhone|iPad|iPod|Pixel [\w ]{1,16}|SM-\w{1,12})/.exec(text)?.[1]?.trim() ?? '',
    url: /https?:\/\/[^\s);]{1,128}/.exec(text)?.[0] ?? '',
    kind: kindOf(text, os),
  }
}

function kindOf(text: string, os: string): UserAgentFacts['kind'] {
  if (BOT.test(text)) return 'bot'
  if (/\biPad\b|\bTablet\b/.test(text) || (os === 'Android' && !/\bMobile\b/.test(text))) return 'tablet'
  if (/\bMobile\b|\biPhone\b|\biPod\b/.test(text)) return 'mobile'
  return os === '' ? 'other' : 'desktop'
}

function firstMatch(patterns: typeof BROWSERS, text: string): [string, string] | undefined {
  for (const [name, pattern] of patterns) {
    const match = pattern.exec(text)
    if (match) return [name, match[1] ?? '']
  }
  return undefined
}

/** Of `curl/8.4.0`, or the crawler named in `Mozilla/5.0 (compatible; Googlebot/2.1; …)`. */
function productOf(text: string): [string, string] {
  const compatible = /compatible; ([\w .-]{1,40})\/([\d.]{1,16})/.exec(text)
  const match = compatible ?? /^([\w.-]{1,40})\/([\d.]{1,16})/.exec(text)
  return [match?.[1] ?? '', match?.[2] ?? '']
}
