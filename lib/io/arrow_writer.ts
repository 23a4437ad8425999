import { setImmediate } from 'node:timers/promises'
import {
  type RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  type Schema,
  type TypeMap,
} from 'apache-arrow'

/** Writes Arrow IPC a record batch at a time. */
export interface ArrowWriter<T extends TypeMap> {
  write(batch: RecordBatch<T>): Promise<void>
  finish(): Promise<void>
}

/**
 * A writer of the file format or of the streaming format. All bytes of a batch have gone through `sink` when `write`
 * returns, so that nothing piles up in memory.
 */
export function arrowWriter<T extends TypeMap>(
  schema: Schema<T>,
  format: 'file' | 'stream',
  sink: (bytes: Uint8Array) => Promise<void>,
): ArrowWriter<T> {
  const writer = format === 'stream' ? new RecordBatchStreamWriter<T>() : new RecordBatchFileWriter<T>()
  const chunks = writer[Symbol.asyncIterator]()
  let next: Promise<IteratorResult<Uint8Array>> | undefined
  /** Hands on what the writer has queued. Its queue is unbounded, so this follows every batch. */
  const drain = async (): Promise<void> => {
    for (;;) {
      next ??= chunks.next()
      const chunk = await Promise.race([next, setImmediate(null)])
      if (chunk === null || chunk.done) return
      next = undefined
      await sink(chunk.value)
    }
  }
  writer.reset(undefined, schema)
  return {
    write: async (batch) => {
      writer.write(batch)
      await drain()
    },
    finish: async () => {
      writer.close()
      await drain()
    },
  }
}
