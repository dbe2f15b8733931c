import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The root of the workspace. */
export const root = join(import.meta.dirname, '../..')

export interface WorkspacePackage {
  /** `packages/yamux` */
  directory: string
  name: string
  private: boolean
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

/** Every package below `packages/` and `apps/`. */
export function workspacePackages(): WorkspacePackage[] {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((directory) => {
      const manifest = JSON.parse(readFileSync(join(root, group, directory, 'package.json'), 'utf8'))
      return {
        directory: `${group}/${directory}`,
        name: manifest.name,
        private: manifest.private === true,
        dependencies: manifest.dependencies ?? {},
        devDependencies: manifest.devDependencies ?? {},
      }
    }),
  )
}

/** The TypeScript sources of a package, tests included. */
export function sourcesOf(one: WorkspacePackage): string[] {
  const directory = join(root, one.directory, 'src')
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((file) => join(directory, file))
    .filter((file) => file.endsWith('.ts') && statSync(file).isFile())
}
