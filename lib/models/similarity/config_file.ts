import { extname } from 'node:path'
import { badArgument, describe, VmmError } from '../../core/errors.ts'
import { optionalPackages } from '../../core/optional_packages.ts'
import { parseJson } from '../../io/json.ts'
import { readSmallFile } from '../../io/read.ts'
import { readSimilarityConfig, type SimilarityConfig, type SimilaritySettings } from './config.ts'

type Yaml = Pick<typeof import('yaml'), 'parse'>

const load = (): Promise<Yaml> => import('yaml')

/** A configuration is short; a hostile one is not read. */
const MOST_BYTES = 1 << 16

/**
 * Reads a configuration from a file of YAML or JSON. YAML is read by the package yaml, which this one names but does not
 * install.
 *
 * @throws VmmError UNSUPPORTED when it is not installed; NOT_FOUND; BAD_FILE for what is neither; BAD_ARGUMENT naming file
 *   and key
 */
export async function readSimilarityFile(
  path: string,
  packages: () => Promise<Yaml> = load,
): Promise<SimilaritySettings> {
  const ending = extname(path).toLowerCase()
  if (!['.yaml', '.yml', '.json'].includes(ending))
    throw badArgument(
      'config',
      describe(path),
      "a file of .yaml, .yml or .json; the name of a model goes into { model: '…' }",
    )
  const text = (await readSmallFile(path, MOST_BYTES)).toString()
  const config = ending === '.json' ? parseJson(text, path) : await parseYaml(text, path, packages)
  try {
    return readSimilarityConfig(config as SimilarityConfig)
  } catch (error) {
    if (!(error instanceof VmmError)) throw error
    const { argument, message, code } = error
    throw new VmmError(code, `${path}: ${message}`, {
      cause: error,
      ...(argument !== undefined && { argument }),
    })
  }
}

async function parseYaml(text: string, path: string, packages: () => Promise<Yaml>): Promise<unknown> {
  const need = `${path}: YAML files need the package yaml: npm install yaml`
  const { parse } = await optionalPackages(packages, need)
  try {
    // An empty file says nothing, and what it does not say has a default.
    return parse(text, { prettyErrors: true, logLevel: 'error' }) ?? {}
  } catch (cause) {
    // What is nested too deeply overflows the parser's stack.
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new VmmError('BAD_FILE', `${path}: not YAML: ${reason}`, { cause })
  }
}
