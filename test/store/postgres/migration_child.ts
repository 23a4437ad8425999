// Child process of opening.service.ts: `node migration_child.ts <address> <statement>` opens a store with one more migration,
// which runs the statement last.
import { VmmError } from '../../../lib/core/errors.ts'

/** What this needs of the package as it is compiled. */
interface Package {
  readonly MIGRATIONS: readonly unknown[]
  readonly readAddress: (address: string, error: typeof VmmError) => { readonly schema: string }
  readonly databaseAt: (address: object, error: typeof VmmError) => { close(): Promise<void> }
  readonly openSchema: (database: object, schema: string, tools: object, steps: object) => Promise<unknown>
}

const [address, statement] = process.argv.slice(2) as [string, string]
const dist = new URL('../../../packages/store-postgres/dist/', import.meta.url)
const parts = ['address', 'database', 'migrations', 'open_schema'].map(
  (name) => import(new URL(`${name}.js`, dist).href),
)
const { MIGRATIONS, readAddress, databaseAt, openSchema } = Object.assign(
  {},
  ...(await Promise.all(parts)),
) as Package

const step = ({ concepts }: { readonly concepts: string }) => [
  `alter table ${concepts} add column newer integer`,
  statement,
]
const place = readAddress(address, VmmError)
const database = databaseAt(place, VmmError)
await openSchema(database, place.schema, { create: true, VmmError }, [...MIGRATIONS, step])
await database.close()
