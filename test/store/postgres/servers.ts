import { optionalPackage } from '../../support/optional_package.ts'
import { missingPostgres, type PostgresServer, postgresServer } from '../../support/postgres.ts'
import { testUnless } from '../../support/skip.ts'

/** Servers of a file's own, and places on the first of them where no store has been. */
export interface Servers {
  readonly one: PostgresServer
  readonly two: PostgresServer
  newSchema(): string
  newPlace(): string
}

/** Defines the tests of packages/store-postgres, which is installed for them, on two servers that are started for them. */
export async function withServers(tests: (servers: Servers) => void): Promise<void> {
  const missing = missingPostgres() ?? (await optionalPackage('store-postgres'))
  if (missing !== null) return testUnless(missing, 'stores in PostgreSQL', () => {})
  const [one, two] = [await postgresServer(), await postgresServer()]
  let stores = 0
  const newSchema = () => `store-${stores++}`
  tests({ one, two, newSchema, newPlace: () => one.address(newSchema()) })
}
