import { dirname } from 'node:path'
import { VmmError } from '../../core/errors.ts'
import { type AnnotationTask, drawAnnotation, type SystemText } from '../../evaluate/annotation/draw.ts'
import { writeAnnotation } from '../../evaluate/annotation/files.ts'
import { exists } from '../../io/files.ts'
import { type Options, UsageError, type Values, wholeNumber } from '../command.ts'
import type { CliContext } from '../context.ts'

/** The options of commands whose texts people may rate. */
export const ANNOTATION_OPTIONS = {
  annotate: {
    type: 'string',
    value: 'FILE',
    help: 'also write the texts, as JSON lines for people to rate, and their key beside it',
  },
  'annotate-limit': {
    type: 'string',
    value: 'N',
    help: 'with --annotate: sentences whose texts are rated, drawn by the seed (default: all)',
  },
} as const satisfies Options

/** Where texts go to be rated, and of how many sentences at most. */
export interface AnnotationFile {
  readonly path: string
  readonly references: number | undefined
}

/** The file that is asked for, or null. Throws UsageError; VmmError NOT_FOUND where its folder is missing. */
export async function annotationFile(
  values: Values<typeof ANNOTATION_OPTIONS>,
): Promise<AnnotationFile | null> {
  const references = wholeNumber(values['annotate-limit'], '--annotate-limit', [1, 1e9])
  const { annotate: path } = values
  if (path === undefined && references !== undefined)
    throw new UsageError('--annotate-limit needs --annotate')
  if (path === undefined) return null
  if (path === '-' || path === '')
    throw new UsageError('--annotate: expected a file, as the key goes into another one beside it')
  if (!(await exists(dirname(path))))
    throw new VmmError('NOT_FOUND', `${path}: cannot write: there is no folder ${dirname(path)}`)
  return { path, references }
}

/** Writes blind items and their key, and says so. */
export async function writeItems(
  { path, references }: AnnotationFile,
  texts: readonly SystemText[],
  { task, seed }: { readonly task: AnnotationTask; readonly seed: number },
  { stderr }: Pick<CliContext, 'stderr'>,
): Promise<void> {
  if (texts.length === 0) {
    stderr.write(`vmm: no text to rate: ${path} is not written\n`)
    return
  }
  const annotation = drawAnnotation(texts, { task, references, seed })
  const key = await writeAnnotation(path, annotation)
  stderr.write(
    `vmm: ${annotation.items.length.toLocaleString('en')} items to rate in ${path}; what raters should not see is in ${key}\n`,
  )
}
