// The process of readParquet: what goes wrong in hyparquet with a damaged file ends this one alone.

/** What it says; it goes on when it gets a message. */
export type ParquetMessage =
  /** About the file: none of the columns may be there. */
  | { readonly kind: 'file'; readonly columns: readonly string[] }
  /** Begins to read bytes of a group of rows. */
  | { readonly kind: 'group'; readonly bytes: number }
  | { readonly kind: 'rows'; readonly rows: readonly unknown[] }
  | { readonly kind: 'failure'; readonly message: string }
  | { readonly kind: 'end' }

/** Rows of a message. */
const ROWS = 1024

/** @param fields columns that are read, of those that there are */
async function readFile(path: string, fields: readonly string[]): Promise<void> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import('hyparquet')
  const { compressors } = await import('hyparquet-compressors')
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
  await tell({ kind: 'end' })
}

/** Says something and waits until it may go on. */
function tell(message: ParquetMessage): Promise<void> {
  return new Promise((done) => {
    process.once('message', () => done())
    process.send!(message)
  })
}

// Nobody listens any more.
process.once('disconnect', () => process.exit())
const [path, ...fields] = process.argv.slice(2)
readFile(path!, fields)
  .catch((error: Error) => tell({ kind: 'failure', message: error.message }))
  .finally(() => process.disconnect())
