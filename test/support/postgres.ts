import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from './folder.ts'

/** A server of a test's own, with one user and one database. */
export interface PostgresServer {
  readonly port: number
  /** The address of a store in a schema, and in another database than the first. */
  address(schema: string, database?: string): string
  /** Runs statements by psql as the user, who is a superuser. */
  sql(statements: string, database?: string): string
  /** Begins statements that take long, and gives what ends them. */
  hold(statements: string): () => void
  start(): void
  /** 'immediate' is what a crash does: nothing is written, and connections break. */
  stop(mode?: 'fast' | 'immediate'): void
}

interface Owner {
  readonly uid?: number
  readonly gid?: number
}

export const [USER, PASSWORD] = ['ada', 'p@ss/w:rd?']
const DATABASE = 'concepts'
const DEBIAN = '/usr/lib/postgresql'
/** PostgreSQL does not run as root. */
const OTHER_USERS = ['postgres', 'nobody']

/** Folders with the programs of a server, the newest first. */
function programFolders(): readonly string[] {
  const debian = existsSync(DEBIAN)
    ? readdirSync(DEBIAN)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(DEBIAN, version, 'bin'))
    : []
  const { stdout, status } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' })
  return [...debian, ...(status === 0 ? [stdout.trim()] : [])].filter((folder) =>
    existsSync(join(folder, 'initdb')),
  )
}

function hasVector(folder: string): boolean {
  const { stdout, status } = spawnSync(join(folder, 'pg_config'), ['--sharedir'], { encoding: 'utf8' })
  return status === 0 && existsSync(join(stdout.trim(), 'extension', 'vector.control'))
}

/** Why a test of PostgreSQL cannot run on this machine, or null. */
export function missingPostgres(): string | null {
  const way = 'as root on Debian: scripts/install-postgres.sh; on macOS: brew install postgresql pgvector'
  const folders = programFolders()
  if (folders.length === 0) return `no PostgreSQL server; ${way}`
  return folders.some(hasVector) ? null : `PostgreSQL lacks pgvector; ${way}`
}

/**
 * Starts a server with files in a temporary folder, at a free port of this machine. It flushes to the disk as servers do. It is
 * stopped when the process ends.
 *
 * @param settings lines of its configuration
 */
export async function postgresServer(settings: readonly string[] = []): Promise<PostgresServer> {
  const programs = programFolders().find(hasVector)!
  const owner: Owner = process.getuid?.() === 0 ? otherUser() : {}
  const [root, port] = [temporaryFolder(), await freePort()]
  const [data, log, secret] = [join(root, 'data'), join(root, 'log'), join(root, 'password')]
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(secret, PASSWORD)
  if (owner.uid !== undefined) for (const path of [root, data, secret]) chownSync(path, owner.uid, owner.gid!)
  const run = (program: string, args: readonly string[], input = ''): string => {
    const env = { ...process.env, PGPASSWORD: PASSWORD }
    const options = { cwd: root, encoding: 'utf8', env, input } as const
    // Of pg_ctl's output nobody may wait for the end: the server has it, too.
    const stdio = program === 'pg_ctl' ? 'ignore' : 'pipe'
    const { status, stdout, stderr } = spawnSync(join(programs, program), [...args], {
      ...options,
      ...owner,
      stdio,
    })
    if (status === 0) return stdout ?? ''
    throw new Error(`${program} failed: ${stderr ?? readFileSync(log, 'utf8').slice(-2000)}`)
  }
  const initial = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--pwfile=${secret}`]
  run('initdb', ['-D', data, '-U', USER, '--no-sync', ...initial])
  const configured = [`port = ${port}`, "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''"]
  writeFileSync(join(data, 'postgresql.conf'), [...configured, ...settings, ''].join('\n'), { flag: 'a' })
  const psql = (database: string) => [
    ...['-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', `${port}`, '-U', USER, '-d', database],
  ]
  let running = false
  const server: PostgresServer = {
    port,
    address: (schema, database = DATABASE) =>
      `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}?schema=${encodeURIComponent(schema)}`,
    sql: (statements, database = DATABASE) => run('psql', psql(database), statements).trim(),
    hold: (statements) => {
      const child = spawn(join(programs, 'psql'), [...psql(DATABASE), '-c', statements], {
        env: { ...process.env, PGPASSWORD: PASSWORD, PGAPPNAME: 'holder' },
        stdio: 'ignore',
      })
      return () => {
        child.kill()
        // A statement that sleeps does not see that its client is gone.
        server.sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holder'`)
      }
    },
    start: () => {
      run('pg_ctl', ['start', '-w', '-D', data, '-l', log])
      running = true
    },
    stop: (mode = 'fast') => {
      if (!running) return
      run('pg_ctl', ['stop', '-w', '-D', data, '-m', mode])
      running = false
    },
  }
  // Before the folder is removed, whose listener came first.
  process.prependListener('exit', () => server.stop('immediate'))
  guard(join(programs, 'pg_ctl'), data, root, owner)
  server.start()
  server.sql(`create database ${DATABASE}`, 'postgres')
  return server
}

/** Ends the server of a test that was killed, and removes its files: the pipe closes with the process, however it ends. */
function guard(program: string, data: string, root: string, owner: Owner): void {
  const script = 'cat >/dev/null; "$0" stop -w -D "$1" -m immediate; rm -rf "$2"'
  const child = spawn('sh', ['-c', script, program, data, root], {
    ...owner,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  ;(child.stdin as Socket).unref()
}

function otherUser(): Owner {
  for (const user of OTHER_USERS) {
    const [uid, gid] = ['-u', '-g'].map((what) => spawnSync('id', [what, user], { encoding: 'utf8' }))
    if (uid!.status === 0) return { uid: Number(uid!.stdout), gid: Number(gid!.stdout) }
  }
  throw new Error(`PostgreSQL does not run as root, and there is none of the users ${OTHER_USERS.join(', ')}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
