import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

interface Targets {
  readonly types: string
  readonly default: string
}

/** What package.json says of an entry point: for `require`, and for all others. */
interface Entry extends Targets {
  readonly require: Targets
}

export interface EntryPoint extends Entry {
  /** What it is imported by. */
  readonly specifier: string
  /** Its file below lib. */
  readonly source: string
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

export const entryPoints: readonly EntryPoint[] = Object.entries<Entry | string>(manifest.exports).flatMap(
  ([path, entry]) =>
    typeof entry === 'string'
      ? []
      : [
          {
            ...entry,
            specifier: posix.join('vector-mamba', path),
            source: entry.default.replace(/^\.\/dist/, 'lib').replace(/\.js$/, '.ts'),
          },
        ],
)

/** A name that an entry point exports, and where it is declared. */
export interface ExportedName {
  readonly name: string
  readonly isType: boolean
  /** The name in its file, which is below lib. */
  readonly local: string
  readonly file: string
}

/** The names that an entry point lists. It does nothing but list them. */
export function exportsOf({ source }: EntryPoint): ExportedName[] {
  const text = readFileSync(join(root, source), 'utf8')
  const lists = text.matchAll(/^export (type )?\{([^}]*)\} from '([^']+)'$/gm)
  return [...lists].flatMap(([, allTypes, names, from]) =>
    names!
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((item): ExportedName => {
        const [local, name = local] = item.replace(/^type /, '').split(' as ')
        return {
          name: name!,
          local: local!,
          isType: allTypes !== undefined || item.startsWith('type '),
          file: posix.join(posix.dirname(source), from!),
        }
      }),
  )
}
