import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Contestant } from '../measure.ts'
import { nameOf, type PeerCall, type Results } from '../row.ts'

/** A line to a server: make a case's data, time it, tell what a run gives, or forget it. */
export type PeerRequest = { readonly case: number } & (
  | ({ readonly do: 'prepare' } & PeerCall)
  | { readonly do: 'sample'; readonly milliseconds: number; readonly samples: number }
  | { readonly do: 'results' }
  | { readonly do: 'release' }
)

interface Reply {
  readonly seconds?: readonly number[]
  readonly results?: Results
  readonly error?: string
}

interface Greeting {
  readonly versions: Readonly<Record<string, string>>
  /** Peers that cannot be loaded, and why. */
  readonly missing: Readonly<Record<string, string>>
}

/** A contestant in another process. */
export interface PeerContestant extends Contestant {
  /** Of one run: for calls that give vectors or token ids. */
  results(): Promise<Results>
  release(): Promise<void>
}

/** A child process that times peers, one request at a time. */
export interface PeerProcess extends Greeting {
  /** Makes the data of a call and runs it once. Throws when the peer fails. */
  prepare(call: PeerCall): Promise<PeerContestant>
  stop(): void
}

/** Starts a server of peers. Throws when it does not greet. */
export async function startPeers(command: string, args: readonly string[]): Promise<PeerProcess> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const errors: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors.push(text)
    if (errors.length > 50) errors.shift()
  })
  const ended = endOf(child, errors)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async <T>(): Promise<T> => {
    // What libraries print themselves is not for us.
    for (;;) {
      const { value, done } = await Promise.race([lines.next(), ended])
      if (done) return ended
      if (value.startsWith('{')) return JSON.parse(value) as T
    }
  }
  const ask = async (request: PeerRequest): Promise<Reply> => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const reply = await read<Reply>()
    if (reply.error) throw new Error(reply.error)
    return reply
  }
  let cases = 0
  const greeting = await read<Greeting>()
  return {
    ...greeting,
    prepare: async (call) => {
      const number = cases++
      await ask({ do: 'prepare', case: number, ...call })
      return {
        name: nameOf(call),
        sample: async ({ milliseconds, samples }) =>
          (await ask({ do: 'sample', case: number, milliseconds, samples })).seconds ?? [],
        results: async () => (await ask({ do: 'results', case: number })).results ?? [],
        release: async () => {
          await ask({ do: 'release', case: number })
        },
      }
    },
    stop: () => child.stdin.end(),
  }
}

/** Rejects when the process is over, with what it said last. */
function endOf(child: ChildProcess, errors: readonly string[]): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      reject(new Error(`ended with ${code}: ${errors.join('').trim().split('\n').at(-1) ?? ''}`))
    })
  })
  ended.catch(() => {})
  return ended
}
