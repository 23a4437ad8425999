import { VmmError } from '../../core/errors.ts'
import { readRecords } from '../../data/records.ts'
import { atomicWrite } from '../../io/files.ts'
import { type JsonFields, jsonFields } from '../../io/json_fields.ts'
import type { Annotation, AnnotationItem, AnnotationKey } from './draw.ts'

/** The file of the key of a file of items: `texts.key.jsonl` for `texts.jsonl`. */
export function annotationKeyFile(path: string): string {
  return `${path.replace(/\.jsonl$/i, '')}.key.jsonl`
}

/**
 * Writes items as JSON lines, and their key into a file of its own beside it, which raters should not have.
 *
 * @param path of the items; an existing file is replaced
 * @returns the path of the key
 * @throws VmmError NOT_FOUND, BAD_FILE
 * @example
 * ```js
 * import { drawAnnotation, writeAnnotation } from 'vector-mamba/evaluate'
 *
 * const texts = [{ reference: 'The cat sleeps.', text: 'A cat is asleep.', system: 'refined' }]
 * console.log(await writeAnnotation('texts.jsonl', drawAnnotation(texts))) // texts.key.jsonl
 * ```
 */
export async function writeAnnotation(path: string, { items, key }: Annotation): Promise<string> {
  const keyFile = annotationKeyFile(path)
  await atomicWrite(keyFile, [linesOf(key)])
  await atomicWrite(path, [linesOf(items)])
  return keyFile
}

/**
 * The items of a file, as `writeAnnotation` writes it.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming line and field; UNSUPPORTED for another task; the signal's reason
 * @example
 * ```js
 * import { drawAnnotation, readAnnotationItems, writeAnnotation } from 'vector-mamba/evaluate'
 *
 * const texts = [{ reference: 'The cat sleeps.', text: 'A cat is asleep.', system: 'refined' }]
 * await writeAnnotation('texts.jsonl', drawAnnotation(texts))
 * const [{ task, text }] = await readAnnotationItems('texts.jsonl')
 * console.log(task, text) // same A cat is asleep.
 * ```
 */
export function readAnnotationItems(path: string, signal?: AbortSignal): Promise<AnnotationItem[]> {
  return readItems(
    path,
    (fields) => ({
      item: nonEmpty(fields, 'item'),
      task: fields.oneOf('task', ['same', 'next']),
      reference: fields.text('reference'),
      text: fields.text('text'),
    }),
    signal,
  )
}

/**
 * The key of some items, as `writeAnnotation` writes it.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE naming line and field; the signal's reason
 * @example
 * ```js
 * import { drawAnnotation, readAnnotationKey, writeAnnotation } from 'vector-mamba/evaluate'
 *
 * const texts = [{ reference: 'The cat sleeps.', text: 'A cat is asleep.', system: 'refined', cosine: 0.9 }]
 * const [{ systems }] = await readAnnotationKey(await writeAnnotation('texts.jsonl', drawAnnotation(texts)))
 * console.log(systems) // [ { system: 'refined', cosine: 0.9 } ]
 * ```
 */
export function readAnnotationKey(path: string, signal?: AbortSignal): Promise<AnnotationKey[]> {
  return readItems(
    path,
    (fields) => ({
      item: nonEmpty(fields, 'item'),
      pair: nonEmpty(fields, 'pair'),
      ...(fields.has('kind') && { kind: fields.text('kind') }),
      systems: systemsOf(fields),
    }),
    signal,
  )
}

function systemsOf(fields: JsonFields): AnnotationKey['systems'] {
  const systems = fields.raw('systems')
  if (!Array.isArray(systems) || systems.length === 0)
    throw new VmmError('BAD_FILE', `${fields.name}: systems: expected a list of at least one system`)
  return systems.map((value, i) => {
    const system = jsonFields(`${fields.name}: systems[${i}]`, value)
    return {
      system: nonEmpty(system, 'system'),
      ...(system.has('cosine') && { cosine: system.number('cosine') }),
    }
  })
}

/** A text that is not empty. */
export function nonEmpty(fields: JsonFields, field: string): string {
  const text = fields.text(field)
  if (text === '') throw new VmmError('BAD_FILE', `${fields.name}: ${field}: got ""; expected a text`)
  return text
}

async function readItems<T extends { readonly item: string }>(
  path: string,
  read: (fields: JsonFields) => T,
  signal: AbortSignal | undefined,
): Promise<T[]> {
  const found = new Map<string, T>()
  for await (const { value, where } of readRecords(path, signal)) {
    const one = read(jsonFields(where, value))
    if (found.has(one.item)) throw new VmmError('BAD_FILE', `${where}: item: ${one.item} was there before`)
    found.set(one.item, one)
  }
  if (found.size === 0) throw new VmmError('BAD_FILE', `${path}: no item`)
  return [...found.values()]
}

function linesOf(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}
