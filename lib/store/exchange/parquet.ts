import type { Table } from 'apache-arrow'
import { VmmError } from '../../core/errors.ts'
import { optionalPackages } from '../../core/optional_packages.ts'
import { readSmallFile } from '../../io/read.ts'

/** Parquet files as Arrow tables. */
export interface ParquetTables {
  readonly arrow: typeof import('apache-arrow')
  write(table: Table): Uint8Array
  /** Throws VmmError BAD_FILE for what is no Parquet file, or a damaged one. */
  read(path: string): Promise<Table>
}

type Packages = [arrow: typeof import('apache-arrow'), parquet: typeof import('parquet-wasm')]

const load = (): Promise<Packages> => Promise.all([import('apache-arrow'), import('parquet-wasm')])

/** A chunk is read as a whole; wasm addresses 4 GB. */
const MOST_BYTES = 1 << 30

/**
 * Loads parquet-wasm, which this package names but does not install.
 *
 * @throws VmmError UNSUPPORTED when it is not installed
 */
export async function loadParquet(packages: () => Promise<Packages> = load): Promise<ParquetTables> {
  const need = 'Parquet files of concepts need the package parquet-wasm: npm install parquet-wasm'
  const [arrow, parquet] = await optionalPackages(packages, need)
  return {
    arrow,
    write: (table) => {
      const properties = new parquet.WriterPropertiesBuilder()
        .setCompression(parquet.Compression.ZSTD)
        // Vectors and ids differ: dictionaries make a file larger.
        .setDictionaryEnabled(false)
        .build()
      const stream = arrow.tableToIPC(table, 'stream')
      return parquet.writeParquet(parquet.Table.fromIPCStream(stream), properties)
    },
    read: async (path) => {
      const bytes = await readSmallFile(path, MOST_BYTES)
      try {
        return arrow.tableFromIPC(parquet.readParquet(bytes).intoIPCStream())
      } catch (cause) {
        throw new VmmError(
          'BAD_FILE',
          `${path}: no Parquet file, or a damaged one: ${(cause as Error).message ?? cause}`,
          { cause },
        )
      }
    },
  }
}
