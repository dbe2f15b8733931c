/** Files of a data directory. README.md says what each is for. */
export const fileNames = {
  authorityCertificate: 'ca.crt',
  authorityKey: 'ca.key',
  credentials: 'credentials.json',
  resumeKey: 'resume.key',
  connectionString: 'connection-string',
} as const
