import type { EncodeOptions, Encoder } from '../../core/encoder.ts'
import { badArgument, check, describe } from '../../core/errors.ts'

/** What embeds texts: an encoder as loadModel gives it. */
export type Embeds = Pick<Encoder, 'encode'>

/**
 * The vector of one text: f32 [dims], of length 1 where the model's vectors are. A text beyond the model's capacity is
 * cut; `encode` tells which.
 *
 * @throws VmmError BAD_ARGUMENT for anything but a string; DISPOSED; the signal's reason
 * @example
 * ```js
 * import { cosine, embed, loadModel } from 'vector-mamba'
 *
 * const model = await loadModel()
 * const tide = await embed(model, 'The tide was going out.')
 * const water = await embed(model, 'Water left the bay.')
 * console.log(tide.length, cosine(tide, water) > 0.4) // 512 true
 * model.dispose()
 * ```
 */
export async function embed(model: Embeds, text: string, options?: EncodeOptions): Promise<Float32Array> {
  checkModel(model)
  check(typeof text === 'string', 'text', text, 'a string; embedMany takes several')
  const { vectors } = await model.encode([text], options)
  return vectors.row(0)
}

/**
 * The vectors of texts, one f32 [dims] each, in order. They lie in one piece of memory, so that one of them keeps all:
 * `slice()` makes a row of its own.
 *
 * @throws VmmError as `embed` does, naming the text
 * @example
 * ```js
 * import { embedMany, loadModel } from 'vector-mamba'
 *
 * const model = await loadModel()
 * const rows = await embedMany(model, ['The tide was going out.', 'Water left the bay.'])
 * console.log(rows.length, rows[0].length) // 2 512
 * model.dispose()
 * ```
 */
export async function embedMany(
  model: Embeds,
  texts: Iterable<string> | AsyncIterable<string>,
  options?: EncodeOptions,
): Promise<Float32Array[]> {
  checkModel(model)
  if (typeof texts === 'string')
    throw badArgument('texts', describe(texts), 'an array of strings; embed takes one')
  const { vectors } = await model.encode(texts, options)
  return [...vectors]
}

function checkModel(model: unknown): void {
  const ok = typeof (model as Partial<Embeds> | null | undefined)?.encode === 'function'
  check(ok, 'model', model, 'an encoder, as loadModel gives it')
}
