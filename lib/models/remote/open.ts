import type { Encoder } from '../../core/encoder.ts'
import { openVectorCache } from './cache.ts'
import { systemClock } from './clock.ts'
import { remoteEncoder } from './encoder.ts'
import { type RemoteEncoderOptions, remoteSettings } from './options.ts'
import { embeddingService } from './service.ts'

/**
 * An encoder of a service that has OpenAI's `/v1/embeddings`: OpenAI itself, or a server such as vLLM, llama.cpp or
 * Ollama. Texts leave this machine where the service is elsewhere. Opening asks nothing of the service.
 *
 * - `truncated` is always empty, and `tokens` of what is encoded null: a service tells neither of a text. Of the encoder,
 *   `tokens`, `guide` and `encodeTokens` are null.
 * - The empty text is sent as one space, since OpenAI refuses it; half a surrogate pair as U+FFFD.
 * - Services may give other bits for the same text another time; with `cache` they are the same.
 * - Calls that are under way when it is disposed are let finish, their further tries as well.
 *
 * @throws VmmError BAD_ARGUMENT for wrong options; BAD_FILE where `cache` cannot be made. `encode` and `encodeBlocks` also
 *   throw BAD_ARGUMENT for what the service refuses, or gives of other dims; NOT_FOUND where it has no such model;
 *   SERVICE where it does not answer, or fails, after all tries, and for an answer that is not what was asked for;
 *   BAD_FILE for a cache that cannot be written. Messages have what the service says, 300 characters of it at most
 * @example
 * ```js
 * import { openRemoteEncoder } from 'vector-mamba'
 *
 * // Answers in place of a service; without it, `url` is asked by fetch.
 * const fetch = async (url, { body }) => {
 *   const data = JSON.parse(body).input.map((text, index) => ({ index, embedding: [text.length, 1, 0] }))
 *   return Response.json({ data })
 * }
 * const encoder = await openRemoteEncoder({ url: 'http://localhost:8080/v1', model: 'tiny', dims: 3, apiKey: '', fetch })
 * const { vectors } = await encoder.encode(['The tide was going out.', 'Water left the bay.'])
 * console.log(vectors.space, vectors.count, vectors.dims) // tiny-3 2 3
 * encoder.dispose()
 * ```
 */
export async function openRemoteEncoder(options: RemoteEncoderOptions): Promise<Encoder> {
  const settings = remoteSettings(options)
  const cache = settings.cache === null ? null : await openVectorCache(settings.cache, settings)
  return remoteEncoder(settings, embeddingService(settings, systemClock), cache)
}
