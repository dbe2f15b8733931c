const names: Readonly<Record<string, string>> = {
  us: 'United States',
  'us-cal-1': 'United States California',
  eu: 'Europe',
  ap: 'Asia Pacific',
  au: 'Australia',
  sa: 'South America',
  jp: 'Japan',
  in: 'India',
}

/** `Europe (eu)`; a region that has no name of its own is its code. */
export function regionName(code: string): string {
  return Object.hasOwn(names, code) ? `${names[code]} (${code})` : code
}
