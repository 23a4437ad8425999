import type { RunOptions } from '../../core/run_options.ts'
import type { Inverter } from '../../models/inverter/inverter.ts'
import type { LanguageModel } from '../../models/lm/language_model.ts'
import { wordsOf } from '../../text/lexicon.ts'
import type { TextLanguage } from './inversion/score.ts'

/** What measures texts as language; the judge is another model, which has nothing to do with the inverter. */
export interface LanguageModels {
  readonly inverter: Pick<Inverter, 'surprise' | 'lexicon'>
  readonly judge?: Pick<LanguageModel, 'surprise'> | undefined
}

/** Measures texts as pieces of language, whatever they should say. */
export async function textLanguage(
  texts: readonly string[],
  { inverter, judge }: LanguageModels,
  run: RunOptions,
): Promise<TextLanguage[]> {
  const nlls = await inverter.surprise(texts, run)
  const judged = await judge?.surprise(texts, run)
  const { lexicon } = inverter
  return texts.map((text, i) => ({
    nll: nlls[i]!,
    ...(judged && { judgeNll: judged[i]!.nats }),
    ...(lexicon && { unknownWords: wordsOf(text).filter((word) => !lexicon.has(word)).length }),
  }))
}
