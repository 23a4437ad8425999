import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { BatchFacts } from '../batching/batch_queue.ts'

/** What Prometheus reads. Nothing of it leaves the machine unless somebody asks. */
export interface Metrics {
  /** @param status 'aborted' where the client left before the answer */
  answered(request: {
    readonly method: string
    readonly route: string
    readonly status: string
    readonly seconds: number
  }): void
  batch(queue: string, facts: BatchFacts): void
  tokens(count: number): void
  /** A request was refused, by the code of its error. */
  rejected(reason: string): void
  aborted(): void
  /** The text of all metrics, and its type. */
  text(): Promise<string>
  readonly contentType: string
}

/** 1 ms … 60 s */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const ROWS = [1, 2, 4, 8, 16, 32, 64]

/** @param lengths tells for each queue how many rows wait in it */
export function metricsOf(lengths: () => Iterable<readonly [string, number]>): Metrics {
  const registers = [new Registry()]
  const [registry] = registers
  collectDefaultMetrics({ register: registry! })
  const duration = new Histogram({
    name: 'vmm_http_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  })
  new Gauge({
    name: 'vmm_queue_length',
    help: 'Rows that wait',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, length] of lengths()) this.set({ kind }, length)
    },
  })
  const ofKind = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, labelNames: ['kind'], buckets, registers })
  const waits = ofKind('vmm_queue_wait_seconds', 'Time that requests wait for their first row', SECONDS)
  const rows = ofKind('vmm_batch_rows', 'Rows of a batch', ROWS)
  const native = ofKind('vmm_native_seconds', 'Time that a batch takes', SECONDS)
  const tokens = new Counter({ name: 'vmm_tokens_total', help: 'Tokens that were read', registers })
  const rejected = new Counter({
    name: 'vmm_rejected_total',
    help: 'Requests that were refused, by the code of the error',
    labelNames: ['reason'],
    registers,
  })
  const aborted = new Counter({
    name: 'vmm_aborted_total',
    help: 'Requests whose clients left before the answer',
    registers,
  })
  return {
    answered: ({ method, route, status, seconds }) => duration.observe({ method, route, status }, seconds),
    batch: (kind, facts) => {
      rows.observe({ kind }, facts.rows)
      native.observe({ kind }, facts.took / 1000)
      for (const wait of facts.waits) waits.observe({ kind }, wait / 1000)
    },
    tokens: (count) => tokens.inc(count),
    rejected: (reason) => rejected.inc({ reason }),
    aborted: () => aborted.inc(),
    text: () => registry!.metrics(),
    contentType: registry!.contentType,
  }
}
