import { expect, it } from 'vitest'
import { defaultConfigPath, type Machine, ngrokConfigPaths } from './index.ts'

const linux: Machine = { platform: 'linux', homedir: '/home/ann', env: { HOME: '/root' } }
const mac: Machine = { platform: 'darwin', homedir: '/Users/ann', env: { XDG_CONFIG_HOME: '/xdg' } }
const windows: Machine = { platform: 'win32', homedir: 'C:\\Users\\ann', env: {} }

it.each<[string, Machine, string]>([
  ['Linux, by the account and not by $HOME', linux, '/home/ann/.config/tunnel/tunnel.yml'],
  ['Linux with XDG', { ...linux, env: { XDG_CONFIG_HOME: '/xdg' } }, '/xdg/tunnel/tunnel.yml'],
  [
    'Linux with a relative XDG path',
    { ...linux, env: { XDG_CONFIG_HOME: 'xdg' } },
    '/home/ann/.config/tunnel/tunnel.yml',
  ],
  ['macOS', mac, '/Users/ann/Library/Application Support/tunnel/tunnel.yml'],
  ['Windows', windows, 'C:\\Users\\ann\\AppData\\Local\\tunnel\\tunnel.yml'],
  ['Windows with LOCALAPPDATA', { ...windows, env: { LOCALAPPDATA: 'D:\\L' } }, 'D:\\L\\tunnel\\tunnel.yml'],
])('keeps our file in its place on %s', (_, machine, path) => {
  expect(defaultConfigPath(machine)).toBe(path)
})

it('knows where ngrok keeps its own', () => {
  expect(ngrokConfigPaths(linux)).toEqual(['/home/ann/.config/ngrok/ngrok.yml', '/home/ann/.ngrok2/ngrok.yml'])
  expect(ngrokConfigPaths(mac)).toEqual([
    '/Users/ann/Library/Application Support/ngrok/ngrok.yml',
    '/Users/ann/.ngrok2/ngrok.yml',
  ])
  expect(ngrokConfigPaths(windows)).toEqual([
    'C:\\Users\\ann\\AppData\\Local\\ngrok\\ngrok.yml',
    'C:\\Users\\ann\\.ngrok2\\ngrok.yml',
  ])
})
