import { VmmError } from '../../core/errors.ts'
import { placeColumns, type RecordBatch } from './batch.ts'
import { DICTIONARY_BATCH, type Message, RECORD_BATCH, readMessage, SCHEMA } from './message.ts'
import { parseSchema, type Schema } from './schema.ts'
import { endsEarly, type Source } from './source.ts'

/** An Arrow IPC stream: its schema, and its batches one after another. */
export interface ArrowStream {
  readonly schema: Schema
  /** A batch can be read until the next one is asked for. */
  readonly batches: AsyncIterable<RecordBatch>
}

/**
 * Reads Arrow IPC in the streaming format. Every number of its metadata is checked before it is used, and only a stream
 * that comes to its marked end is whole.
 *
 * @param name for messages
 * @throws VmmError BAD_FILE; the iteration does, too
 */
export async function openArrowStream(source: Source, name: string): Promise<ArrowStream> {
  const first = await readMessage(source, name)
  if (!first) throw new VmmError('BAD_FILE', `${name}: no Arrow data`)
  const schema = schemaOf(first, name)
  return { schema, batches: batchesOf(source, schema, name) }
}

/** The schema of a message that must be one. */
export function schemaOf({ kind, header, version, bodyLength }: Message, name: string): Schema {
  if (kind === SCHEMA && bodyLength === 0) return parseSchema(header, version, name)
  throw new VmmError('BAD_FILE', `${name}: it begins with no Arrow schema`)
}

/** The batch of a message that must be one. */
export async function batchOf(
  { kind, header, bodyLength }: Message,
  source: Source,
  schema: Schema,
  name: string,
): Promise<RecordBatch> {
  if (kind !== RECORD_BATCH)
    throw new VmmError('BAD_FILE', `${name}: a message of kind ${kind} among the record batches`)
  return { ...placeColumns(header, schema, bodyLength, name), body: await source.body(bodyLength) }
}

/** A message among the dictionaries must be one that a column has its values in: else rows would be missed. */
async function skipDictionary(
  { header, bodyLength }: Message,
  source: Source,
  { dictionaries }: Schema,
  name: string,
): Promise<void> {
  const id = header.i64(0)
  if (!dictionaries.includes(id)) throw new VmmError('BAD_FILE', `${name}: no column has dictionary ${id}`)
  await source.body(bodyLength)
}

async function* batchesOf(source: Source, schema: Schema, name: string): AsyncGenerator<RecordBatch> {
  for (;;) {
    const message = await readMessage(source, name)
    if (message === undefined) throw endsEarly(name)
    if (message === null) break
    if (message.kind === DICTIONARY_BATCH) await skipDictionary(message, source, schema, name)
    else yield await batchOf(message, source, schema, name)
  }
  if ((await source.read(1)).length > 0) throw new VmmError('BAD_FILE', `${name}: it goes on after its end`)
}
