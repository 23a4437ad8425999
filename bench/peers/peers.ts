import { fileURLToPath } from 'node:url'
import { type Job, nameOf, type PeerCall, type PeerName, type Row } from '../row.ts'
import { installNodePeers, installPythonPeers, python } from './install.ts'
import { type PeerContestant, type PeerProcess, startPeers } from './process.ts'

interface Server {
  readonly peers: readonly PeerName[]
  install(): string | null
  start(threads: number): Promise<PeerProcess>
}

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url))

const servers: readonly Server[] = [
  {
    peers: ['torch', 'faiss'],
    install: installPythonPeers,
    start: (threads) => startPeers(python, [path('server.py'), String(threads)]),
  },
  {
    peers: ['usearch', 'tfjs-wasm', 'onnxruntime-node', 'transformers.js', 'hf-tokenizers', 'node-llama-cpp'],
    install: installNodePeers,
    start: (threads) => startPeers(process.execPath, ['--import', 'tsx', path('server.ts'), String(threads)]),
  },
]

/** The peers of a run of the benchmark. */
export interface Peers {
  readonly versions: Readonly<Record<string, string>>
  /** Peers that were wanted and are not there, and why. */
  readonly missing: ReadonlyMap<string, string>
  /** A peer ready to be timed; null, and named as missing, where it fails or computes something else than `ours`. */
  prepare(row: Row, call: PeerCall, ours: Job): Promise<PeerContestant | null>
  stop(): void
}

/** Installs and starts the peers that the rows need. */
export async function openPeers(rows: readonly Row[], threads: number): Promise<Peers> {
  const wanted = new Set(rows.flatMap(({ peers = [] }) => peers.map(({ peer }) => peer)))
  const running = new Map<PeerName, PeerProcess>()
  const versions: Record<string, string> = {}
  const missing = new Map<string, string>()
  for (const server of servers) {
    const names = server.peers.filter((name) => wanted.has(name))
    if (names.length === 0) continue
    console.log(`Starting ${names.join(', ')} (installed on the first run) …`)
    const failed = server.install()
    try {
      const started = await server.start(threads)
      for (const name of names) {
        const version = started.versions[name]
        if (version === undefined) missing.set(name, failed ?? started.missing[name] ?? 'not installed')
        else {
          versions[name] = version
          running.set(name, started)
        }
      }
    } catch (error) {
      for (const name of names) missing.set(name, failed ?? (error as Error).message)
    }
  }
  return {
    versions,
    missing,
    prepare: async (row, call, ours) => {
      const server = running.get(call.peer)
      if (!server) return null
      const leaveOut = (why: string) => {
        missing.set(`${nameOf(call)} for ${row.name}`, why)
        return null
      }
      try {
        const peer = await server.prepare(call)
        const difference = row.differs?.(await ours.results!(), await peer.results()) ?? null
        if (difference === null) return peer
        await peer.release()
        return leaveOut(difference)
      } catch (error) {
        return leaveOut((error as Error).message)
      }
    },
    stop: () => {
      for (const server of new Set(running.values())) server.stop()
    },
  }
}
