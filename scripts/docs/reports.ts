import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type EntryPoint, entryPoints, ROOT, tool } from './tools.ts'

/** What is used of @microsoft/api-extractor. */
interface ApiExtractor {
  readonly ExtractorConfig: { prepare(options: object): unknown }
  readonly Extractor: {
    invoke(
      config: unknown,
      options: { readonly localBuild: boolean; readonly messageCallback: (message: Message) => void },
    ): { readonly succeeded: boolean }
  }
}

interface Message {
  readonly messageId: string
  readonly text: string
  readonly sourceFilePath: string | undefined
  readonly sourceFileLine: number | undefined
  logLevel: string
  handled: boolean
}

/**
 * Writes the declarations of each entry point as one report, SPECIFIER.api.md.
 *
 * @param temporary a folder that is gone afterwards
 * @returns what is wrong with them: names that signatures need and nobody exports
 */
export async function writeReports(folder: string, temporary: string): Promise<string[]> {
  const extractor = await tool<ApiExtractor>('@microsoft/api-extractor')
  const main = await namesOf(entryPoints()[0]!)
  const problems: string[] = []
  for (const entry of entryPoints()) {
    const target = join(folder, `${entry.specifier}.api.md`)
    await mkdir(dirname(target), { recursive: true })
    const made = join(temporary, `${basename(entry.specifier)}.api.md`)
    const config = extractor.ExtractorConfig.prepare(configOf(entry, temporary))
    const { succeeded } = extractor.Extractor.invoke(config, {
      localBuild: true,
      messageCallback: (message) => {
        const { messageId, text, sourceFilePath, sourceFileLine } = message
        const level = message.logLevel
        message.handled = true
        // That there is no report yet is no news.
        if (messageId.startsWith('console-')) {
          if (level === 'error') problems.push(text)
          return
        }
        if (messageId === 'ae-forgotten-export' && isExported(text, main)) message.logLevel = 'none'
        else if (level === 'error' || level === 'warning')
          problems.push(`${sourceFilePath?.slice(ROOT.length) ?? ''}:${sourceFileLine ?? ''} ${text}`)
      },
    })
    if (!succeeded && problems.length === 0) problems.push(`${entry.specifier}: api-extractor failed`)
    await copyFile(made, target)
  }
  return problems
}

function configOf({ specifier, file }: EntryPoint, temporary: string): object {
  const entry = join(ROOT, 'dist', `${file}.d.ts`)
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  }
  const report = { enabled: true, reportFolder: temporary, reportTempFolder: join(temporary, 'new') }
  return {
    configObjectFullPath: join(ROOT, 'tools', 'docs', 'package.json'),
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
      apiReport: { ...report, reportFileName: basename(specifier), includeForgottenExports: false },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: 'warning' } },
        extractorMessageReporting: {
          default: { logLevel: 'warning' },
          'ae-missing-release-tag': { logLevel: 'none' },
          'ae-undocumented': { logLevel: 'none' },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  }
}

/** What an entry point exports. */
async function namesOf({ file }: EntryPoint): Promise<ReadonlySet<string>> {
  const text = await readFile(join(ROOT, 'dist', `${file}.d.ts`), 'utf8')
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) =>
    names!.split(','),
  )
  return new Set(
    lists.map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    ),
  )
}

/** Names of the main entry point are not exported a second time by those that need them. */
function isExported(text: string, main: ReadonlySet<string>): boolean {
  const name = /The symbol "([^"]+)"/.exec(text)?.[1]
  return name !== undefined && main.has(name)
}
