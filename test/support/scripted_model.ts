import type { ChatAnswer, ChatModel, ChatRequest, TokenUsage } from '../../lib/curate/llm/chat_model.ts'

export interface ScriptedModel extends ChatModel {
  readonly asked: readonly ChatRequest[]
}

/** A model that says what a test wants; `number` counts requests from 0. */
export function scriptedModel(
  say: (request: ChatRequest, number: number) => string | Promise<string>,
  {
    name = 'scripted',
    usage = { input: 10, output: 2 } as TokenUsage,
    price = null as ChatModel['price'],
  } = {},
): ScriptedModel {
  const asked: ChatRequest[] = []
  return {
    asked,
    model: name,
    endpoint: 'test',
    price,
    chat: async (request, { signal } = {}): Promise<ChatAnswer> => {
      signal?.throwIfAborted()
      asked.push(request)
      return { text: await say(request, asked.length - 1), usage, cached: false }
    },
    dispose: async () => {},
  }
}
