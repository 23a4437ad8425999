import { basename, dirname, join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import type { CliWorld, OutputStream } from '../../lib/cli/context.ts'
import type { Engine } from '../../lib/cli/engine.ts'
import { runCli } from '../../lib/cli/run.ts'
import { standIn } from '../support/bag_of_words.ts'

export interface World {
  readonly stdin?: Iterable<string | Uint8Array> | Readable
  readonly stdinIsTerminal?: boolean
  readonly terminal?: boolean
  readonly env?: Record<string, string>
  readonly signal?: AbortSignal
  readonly engine?: Engine
  /** Folders of installed packages by name; none when left out. */
  readonly packages?: Readonly<Record<string, string>>
  /** What standard output writes to, instead of being collected. */
  readonly stdout?: Writable
}

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stdoutBytes: Buffer
  readonly stderr: string
}

class Collector extends Writable {
  readonly chunks: Buffer[] = []
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk)
    setImmediate(done) // slower than the writer, so that waiting is tested
  }
}

/** Runs a command line in a world of its own, with the stand-ins for model and search. */
export async function vmm(args: readonly string[], world: World = {}): Promise<Outcome> {
  const isTTY = world.terminal ?? false
  const stdout = new Collector({ highWaterMark: 1000 })
  const stderr = new Collector()
  const context: CliWorld = {
    stdin: Object.assign(inputOf(world.stdin ?? []), { isTTY: world.stdinIsTerminal ?? false }),
    stdout: Object.assign(world.stdout ?? stdout, { isTTY }) as OutputStream,
    stderr: Object.assign(stderr, { isTTY, columns: 80 }),
    env: world.env ?? {},
    signal: world.signal ?? new AbortController().signal,
    resolve: (file) => {
      const folder = world.packages?.[dirname(file)]
      if (folder === undefined)
        throw Object.assign(new Error(`Cannot find module '${file}'`), { code: 'MODULE_NOT_FOUND' })
      return join(folder, basename(file))
    },
    engine: async () => world.engine ?? standIn(),
  }
  const code = await runCli(args, context)
  for (const stream of [stdout, stderr]) await new Promise<void>((resolve) => stream.end(resolve))
  const stdoutBytes = Buffer.concat(stdout.chunks)
  const texts = { stdout: stdoutBytes.toString(), stderr: Buffer.concat(stderr.chunks).toString() }
  return { code, stdoutBytes, ...texts }
}

function inputOf(stdin: Iterable<string | Uint8Array> | Readable): Readable {
  return stdin instanceof Readable ? stdin : Readable.from([...stdin].map((piece) => Buffer.from(piece)))
}
