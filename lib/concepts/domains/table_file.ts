import type { DataType, Table } from 'apache-arrow'
import { badArgument, VmmError } from '../../core/errors.ts'
import { isSpace } from '../../core/space.ts'
import { atomicWrite } from '../../io/files.ts'
import { loadParquet } from '../../store/exchange/parquet.ts'
import type { Domain, Domains } from './domains.ts'

const FORMAT = 'vector-mamba-domains-1'

/**
 * Writes domains to a Parquet file, for other programs: domain_name, centroid_512d and variance_512d (with the space's dimensions),
 * n_concepts, last_updated, boundary_radius, subdomain_names, representative_concepts. It needs the package parquet-wasm.
 * `writeDomains` keeps them for this package alone.
 *
 * @throws VmmError BAD_ARGUMENT for no domains; UNSUPPORTED without parquet-wasm; NOT_FOUND, BAD_FILE where it cannot be written
 * @example
 * ```js
 * import { learnDomains, readDomainTable, vectorsFrom, writeDomainTable } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0.9, 0.1, 0, 1]), 2, 'example-2')
 * await writeDomainTable('domains.parquet', learnDomains(vectors, ['sea', 'ships', 'law'], { parents: { ships: 'sea' } }))
 * console.log((await readDomainTable('domains.parquet')).all[1].parent) // sea
 * ```
 */
export async function writeDomainTable(path: string, domains: Domains): Promise<void> {
  const { space, dims, all } = domains
  if (all.length === 0) throw badArgument('domains', 'none', 'one or more')
  const { arrow, write } = await loadParquet()
  const updated = Date.now()
  const field = (name: string, type: DataType) => new arrow.Field(name, type, false)
  const names = new arrow.List(field('item', new arrow.Utf8()))
  const vector = new arrow.FixedSizeList(dims, field('item', new arrow.Float32()))
  const columns: readonly (readonly [name: string, type: DataType, of: (domain: Domain) => unknown])[] = [
    ['domain_name', new arrow.Utf8(), ({ name }) => name],
    [`centroid_${dims}d`, vector, ({ centroid }) => centroid],
    [`variance_${dims}d`, vector, ({ variance }) => variance],
    ['n_concepts', new arrow.Int64(), ({ count }) => BigInt(count)],
    ['last_updated', new arrow.TimestampMillisecond(), () => updated],
    ['boundary_radius', new arrow.Float32(), ({ radius }) => radius],
    [
      'subdomain_names',
      names,
      ({ name }) => all.filter(({ parent }) => parent === name).map((part) => part.name),
    ],
    ['representative_concepts', names, ({ representatives }) => representatives],
  ]
  const fields = columns.map(([name, type]) => field(name, type))
  const schema = new arrow.Schema(
    fields,
    new Map([
      ['format', FORMAT],
      ['space', space],
    ]),
  )
  const children = columns.map(([, type, of]) => {
    const builder = arrow.makeBuilder({ type, nullValues: [null, undefined] })
    for (const domain of all) builder.append(of(domain))
    return builder.finish().flush()
  })
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: all.length, nullCount: 0, children })
  await atomicWrite(path, [write(new arrow.Table(schema, [new arrow.RecordBatch(schema, data as never)]))])
}

/**
 * Reads domains that `writeDomainTable` wrote. Radii are those that f32 keeps.
 *
 * @throws VmmError NOT_FOUND; BAD_FILE for a file that is damaged or of another kind; UNSUPPORTED without parquet-wasm
 * @example
 * ```js
 * import { learnDomains, readDomainTable, vectorsFrom, writeDomainTable } from 'vector-mamba'
 *
 * const vectors = vectorsFrom(Float32Array.from([1, 0, 0, 1]), 2, 'example-2')
 * await writeDomainTable('two.parquet', learnDomains(vectors, ['sea', 'law']))
 * const { all, space } = await readDomainTable('two.parquet')
 * console.log(space, all.map(({ name }) => name)) // example-2 [ 'sea', 'law' ]
 * ```
 */
export async function readDomainTable(path: string): Promise<Domains> {
  const { read } = await loadParquet()
  const table = await read(path)
  const { metadata, fields } = table.schema
  const space = metadata.get('space')
  const centroid = fields.find(({ name }) => /^centroid_\d+d$/.test(name))
  const dims = Number(centroid?.name.slice('centroid_'.length, -1))
  if (metadata.get('format') !== FORMAT || !isSpace(space) || !(dims > 0))
    throw new VmmError('BAD_FILE', `${path}: no table of domains; expected '${FORMAT}'`)
  try {
    return { space, dims, all: domainsOf(table, dims) }
  } catch (cause) {
    throw new VmmError('BAD_FILE', `${path}: a damaged table of domains`, { cause })
  }
}

function domainsOf(table: Table, dims: number): Domain[] {
  const at = (name: string, i: number): unknown => table.getChild(name)!.get(i)
  const list = (name: string, i: number) => [...(at(name, i) as Iterable<string>)]
  const rows = Array.from({ length: table.numRows }, (_, i) => i)
  const parents = new Map<string, string>()
  for (const i of rows)
    for (const part of list('subdomain_names', i)) parents.set(part, at('domain_name', i) as string)
  return rows.map((i) => {
    const name = at('domain_name', i) as string
    const vector = (column: string) => Float32Array.from(at(column, i) as Iterable<number>)
    return {
      name,
      parent: parents.get(name) ?? null,
      count: Number(at('n_concepts', i)),
      centroid: vector(`centroid_${dims}d`),
      variance: vector(`variance_${dims}d`),
      radius: at('boundary_radius', i) as number,
      representatives: list('representative_concepts', i),
    }
  })
}
