import type { Encoder } from '../../core/encoder.ts'
import type { CallOptions } from '../../core/run_options.ts'
import type { ConceptRecord } from '../../store/record.ts'
import type { ConceptStore } from '../../store/store.ts'

/** What is to be done to a store: a text to encode as `encoded`, one whose vector is there, texts to take away. */
export type Change =
  | { readonly kind: 'encode'; readonly record: ConceptRecord; readonly encoded: string }
  | { readonly kind: 'keep'; readonly record: ConceptRecord }
  | { readonly kind: 'remove'; readonly ids: readonly string[] }

/** What adding texts has come to. */
export interface WrittenTexts {
  /** Texts that were encoded. */
  readonly encoded: number
  /** Ids of those that are longer than the model reads. */
  readonly truncated: readonly string[]
  readonly removed: number
}

/** Texts that are written at a time: what is lost when the process is killed. */
const BATCH = 512

/**
 * Makes changes in their order, many texts in one write. While texts are encoded, the next changes are asked for.
 *
 * @param onWritten called with the number of texts written so far
 * @throws what encoding, the store and `changes` throw; the changes before are in the store
 */
export async function writeChanges(
  changes: AsyncIterable<Change> | Iterable<Change>,
  model: Encoder,
  store: ConceptStore,
  options: CallOptions,
  onWritten: (texts: number) => void = () => {},
): Promise<WrittenTexts> {
  const { signal } = options
  const waiting: Change[] = []
  const truncated: string[] = []
  let records: ConceptRecord[] = []
  let gone: string[] = []
  let [encoded, written, removed] = [0, 0, 0]
  const flush = async () => {
    const [full, empty] = [records, gone]
    records = []
    gone = []
    if (full.length > 0) await store.upsert(full, { signal })
    if (empty.length > 0) await store.remove(empty, { signal })
    removed += empty.length
    written += full.length
    if (full.length > 0) onWritten(written)
  }
  /** Takes what is waiting up to the next text to encode. */
  const take = async () => {
    while (waiting.length > 0 && waiting[0]!.kind !== 'encode') {
      const change = waiting.shift()!
      if (change.kind === 'remove') gone.push(...change.ids)
      else records.push(change.record)
      if (records.length >= BATCH || gone.length >= BATCH) await flush()
    }
  }
  const texts = async function* () {
    for await (const change of changes) {
      waiting.push(change)
      if (change.kind === 'encode') yield change.encoded
      else if (waiting.length >= BATCH) await take()
    }
  }
  for await (const block of model.encodeBlocks(texts(), options)) {
    const cut = new Set(block.truncated)
    for (let i = 0; i < block.count; i++) {
      await take()
      const { record } = waiting.shift() as Extract<Change, { kind: 'encode' }>
      const vector = block.data.subarray(i * model.dims, (i + 1) * model.dims)
      records.push({ ...record, vectors: { ...record.vectors, [model.space]: vector } })
      if (cut.has(block.first + i)) truncated.push(record.id)
      encoded++
      if (records.length >= BATCH) await flush()
    }
  }
  await take()
  await flush()
  return { encoded, truncated, removed }
}
