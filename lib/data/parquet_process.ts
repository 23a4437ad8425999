// The process of readParquet: what goes wrong in hyparquet with a damaged file ends this one alone.
import { once } from 'node:events'

const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import('hyparquet')
const { compressors } = await import('hyparquet-compressors')

/** A file to read, and columns that are read of those that there are. */
export interface ParquetRequest {
  readonly path: string
  readonly fields: readonly string[]
}

/** What it says; it goes on when it gets a message. After `ready`, `end` and `failure` that is a request. */
export type ParquetMessage =
  | { readonly kind: 'ready' }
  /** About the file: none of the columns may be there. */
  | { readonly kind: 'file'; readonly columns: readonly string[] }
  /** Begins to read bytes of a group of rows. */
  | { readonly kind: 'group'; readonly bytes: number }
  | { readonly kind: 'rows'; readonly rows: readonly unknown[] }
  | { readonly kind: 'failure'; readonly message: string }
  | { readonly kind: 'end' }

/** Rows of a message. */
const ROWS = 1024

async function readFile({ path, fields }: ParquetRequest): Promise<void> {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  const known = new Set(metadata.schema.map(({ name }) => name))
  const columns = fields.filter((field) => known.has(field))
  await tell({ kind: 'file', columns })
  let first = 0
  for (const { num_rows, total_byte_size } of metadata.row_groups) {
    const end = first + Number(num_rows)
    await tell({ kind: 'group', bytes: Number(total_byte_size) })
    const options = { file, metadata, columns, compressors, rowStart: first, rowEnd: end }
    const all = await parquetReadObjects(options)
    for (let at = 0; at < all.length; at += ROWS) await tell({ kind: 'rows', rows: all.slice(at, at + ROWS) })
    first = end
  }
}

/** Says something and waits for what it gets in answer. */
async function tell(message: ParquetMessage): Promise<unknown> {
  const answer = once(process, 'message')
  process.send!(message)
  return (await answer)[0]
}

// Nobody listens any more.
process.once('disconnect', () => process.exit())
let request = (await tell({ kind: 'ready' })) as ParquetRequest
for (;;) {
  const last = await readFile(request).then(
    (): ParquetMessage => ({ kind: 'end' }),
    ({ message }: Error): ParquetMessage => ({ kind: 'failure', message }),
  )
  request = (await tell(last)) as ParquetRequest
}
