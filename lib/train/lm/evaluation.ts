import { evenlySpread } from '../../core/evenly.ts'
import type { TokenCorpus } from '../../data/token_corpus.ts'
import type { LanguageModelConfig } from '../../models/lm/config.ts'
import { CONTEXT_TOKENS, contextTokens } from '../../models/lm/context.ts'
import { scoreTexts, type TextInContext } from '../../models/lm/score.ts'
import { makeNetwork } from '../../models/network.ts'
import { weightSet } from '../../weights/weight_set.ts'
import type { TrainTask } from '../core/task.ts'

/**
 * Measures a language model in training on sentences that it does not train on, in nats: `nll`, the mean negative
 * log-likelihood of a token, ends included, where the model has read up to 256 tokens of the document before the sentence;
 * `nllAlone`, that of the same sentences without what is before them. The first sentences of documents are left out; null
 * where no other is left.
 *
 * @param most sentences at most, evenly spread over those there are
 */
export function languageModelEvaluation(
  config: LanguageModelConfig,
  corpus: TokenCorpus,
  most: number,
): TrainTask['evaluate'] | null {
  const usable = sentencesInContext(corpus)
  if (usable.length === 0) return null
  const tokensOf = (sentence: number) =>
    corpus.ids.subarray(corpus.sentences[sentence]!, corpus.sentences[sentence + 1]! - 1)
  const texts = evenlySpread(usable, most).map(({ first, sentence }) => {
    const before = contextTokens(
      sentence - first,
      (before) => tokensOf(first + before),
      config.end,
      CONTEXT_TOKENS,
    )
    return { before, tokens: tokensOf(sentence) }
  })
  return async (parameters, run) => {
    const network = makeNetwork(config, weightSet(parameters, 'shared')) // they are the trainer's
    const mean = async (some: readonly TextInContext[]) => {
      const scores = await scoreTexts(network, some, run)
      const tokens = scores.reduce((sum, score) => sum + score.tokens, 0)
      return scores.reduce((sum, score) => sum + score.nats * score.tokens, 0) / tokens
    }
    try {
      return {
        nll: await mean(texts),
        nllAlone: await mean(texts.map(({ tokens }) => ({ before: [], tokens }))),
      }
    } finally {
      network.dispose()
    }
  }
}

/** All sentences but the first ones of documents, each with that first one. */
function sentencesInContext({
  documents,
}: TokenCorpus): { readonly first: number; readonly sentence: number }[] {
  return Array.from(documents.subarray(0, -1)).flatMap((first, d) =>
    Array.from({ length: documents[d + 1]! - first - 1 }, (_, i) => ({ first, sentence: first + 1 + i })),
  )
}
