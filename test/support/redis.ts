import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from './folder.ts'

/** Why a test of Redis cannot run on this machine, or null. */
export function missingRedis(): string | null {
  const way = 'as root on Debian: apt-get install redis-server; on macOS: brew install redis'
  return spawnSync('redis-server', ['--version']).status === 0 ? null : `no redis-server; ${way}`
}

/** A port of this machine that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a server that keeps everything in memory, and gives its address. It ends with the process. */
export async function redisServer(): Promise<string> {
  const port = await freePort()
  const args = ['--port', `${port}`, '--save', '', '--appendonly', 'no', '--dir', temporaryFolder()]
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  child.unref()
  process.on('exit', () => child.kill('SIGKILL'))
  const isUp = () =>
    spawnSync('redis-cli', ['-p', `${port}`, 'ping'], { encoding: 'utf8' }).stdout === 'PONG\n'
  for (let tries = 0; !isUp(); tries++) {
    if (tries === 100) throw new Error('redis-server does not answer')
    await sleep(50)
  }
  return `redis://127.0.0.1:${port}`
}
