import { join } from 'node:path'
import { MANIFEST_NAME } from '../../bundle/manifest.ts'
import { VmmError } from '../../core/errors.ts'
import { isRepository } from '../../hub/identifiers.ts'
import { readJsonFields } from '../../io/json_fields.ts'
import { isFile } from '../../io/look.ts'
import { folderOf } from '../published/find.ts'
import { CONFIG_FILE } from '../published/modules.ts'

/** A folder that a name stands for. */
export interface Vec2TextFolder {
  readonly name: string
  readonly folder: string
}

/** How the repositories, or folders, of a pair are called: the corrector's, and the hypothesizer's in its place. */
const PAIRS = [
  [/__correct$/, ''],
  [/__corrector$/, '__hypothesizer'],
  [/(^|[/\\])corrector$/, '$1hypothesizer'],
] as const
/** Repositories of these names are of vec2text, be they here or not. */
const OWN = /^jxm\/.*(__correct|__corrector|__hypothesizer)$/
/** What their config.json calls them. */
const ARCHITECTURES = ['CorrectorEncoderModel', 'InversionModel']

/**
 * The folder of a corrector of vec2text: one that is given, or the snapshot of a repository that was downloaded. Null for
 * anything else, bundles among them.
 *
 * @throws VmmError NOT_FOUND for a repository of vec2text that is not here, and for a hypothesizer, naming what to ask for;
 *   BAD_FILE for what cannot be read
 */
export async function findCorrector(name: unknown, revision?: string): Promise<Vec2TextFolder | null> {
  if (typeof name !== 'string' || name === '') return null
  const folder = await folderOf(name, revision)
  if (folder === null) {
    if (OWN.test(name)) throw missing(name)
    return null
  }
  const config = join(folder, CONFIG_FILE)
  if (!(await isFile(config)) || (await isFile(join(folder, MANIFEST_NAME)))) return null
  const [architecture] = (await readJsonFields(config)).texts('architectures')
  if (architecture === undefined || !ARCHITECTURES.includes(architecture)) return null
  if (architecture === 'InversionModel')
    throw new VmmError(
      'NOT_FOUND',
      `${name}: a hypothesizer of vec2text; name its corrector, which finds it`,
      {
        argument: 'name',
      },
    )
  return { name, folder }
}

/**
 * The hypothesizer that goes with a corrector: the one that is asked for, else that of the corrector's name.
 *
 * @throws VmmError NOT_FOUND
 */
export async function findHypothesizer(
  corrector: Vec2TextFolder,
  asked: string | undefined,
): Promise<Vec2TextFolder> {
  const named = asked ?? hypothesizerOf(corrector.name) ?? hypothesizerOf(corrector.folder)
  if (named === null)
    throw new VmmError('NOT_FOUND', `${corrector.name}: its name tells no hypothesizer; name one`, {
      argument: 'hypothesizer',
    })
  const folder = await folderOf(named, undefined)
  if (folder === null) throw missing(named)
  return { name: named, folder }
}

function hypothesizerOf(name: string): string | null {
  const pair = PAIRS.find(([ending]) => ending.test(name))
  return pair === undefined ? null : name.replace(pair[0], pair[1])
}

function missing(name: string): VmmError {
  const how = isRepository(name) ? `; \`vmm pull ${name}\` downloads it` : ''
  return new VmmError('NOT_FOUND', `${name}: neither a folder nor a repository that was downloaded${how}`)
}
