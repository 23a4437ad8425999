// DuckDB, another reader of Parquet: installed into tools/duckdb by the tests that need it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installNpm } from '../../scripts/install/once.ts'

const folder = fileURLToPath(new URL('../../tools/duckdb', import.meta.url))

/** What of @duckdb/node-api is used. */
interface DuckDB {
  readonly DuckDBInstance: {
    create(path: string): Promise<{
      connect(): Promise<{
        runAndReadAll(sql: string): Promise<{ getRowObjectsJS(): Record<string, unknown>[] }>
      }>
    }>
  }
}

/** Installs DuckDB where it is missing. Gives null, or the reason where it cannot be had, which testUnless takes. */
export function missingDuckDB(): string | null {
  const platform = `${process.platform}-${process.arch}`
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  if (!(`node_modules/@duckdb/node-bindings-${platform}` in packages))
    return `there is no DuckDB for ${platform}`
  return installNpm(folder)
}

/** A database in memory: what it answers to SQL, as plain objects. */
export async function openDuckDB(): Promise<(sql: string) => Promise<readonly Record<string, unknown>[]>> {
  const { DuckDBInstance } = createRequire(join(folder, 'package.json'))('@duckdb/node-api') as DuckDB
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  return async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS()
}
