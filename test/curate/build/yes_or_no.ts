// An endpoint of a language model that says YES or NO to relations: the same to the same question, and tells how often it was asked.
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface YesOrNo {
  readonly url: string
  /** When each question was answered to its end, by the clock of `performance`. */
  readonly answered: ReadonlyMap<string, readonly number[]>
  close(): Promise<void>
}

/** Answers after some milliseconds each. */
export async function yesOrNo(delay: number): Promise<YesOrNo> {
  const answered = new Map<string, number[]>()
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as { messages: unknown }
    const key = createHash('sha256').update(JSON.stringify(messages)).digest('hex')
    await sleep(delay)
    const verdict = Number.parseInt(key.slice(0, 2), 16) < 200 ? 'YES' : 'NO'
    const content = JSON.stringify({ verdict, reason: 'so it is' })
    const event = (data: unknown) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }))
    response.write(
      event({
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        usage: { prompt_tokens: 9, completion_tokens: 3 },
      }),
    )
    response.end(event('[DONE]'), () => answered.set(key, [...(answered.get(key) ?? []), performance.now()]))
    response.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    answered,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
