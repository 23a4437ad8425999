import { nextSentences } from '../../concepts/bank/next_sentences.ts'
import { storeBank } from '../../concepts/bank/store_bank.ts'
import { trustedVectors } from '../../core/vectors.ts'
import { decimalNumber, defineCommand, type Options, UsageError, wholeNumber } from '../command.ts'
import { styles, write } from '../context.ts'
import { CONCEPT_OPTIONS, withConcepts } from '../options/concepts.ts'
import { INVERTER_OPTION } from '../options/inverter.ts'
import { MODEL_OPTIONS, tellCut } from '../options/model.ts'
import { findFitting, needPackaged } from '../options/packages.ts'
import { PREDICTOR_OPTION } from '../options/predictor.ts'
import { openSentences } from '../options/sentences.ts'
import { partsFor, TEXT_OPTIONS } from '../options/text.ts'
import { FITTING } from '../output/confidence.ts'
import { type NextAnswers, nextJson, nextText } from '../output/next_lines.ts'

const OPTIONS = {
  steps: { type: 'string', short: 'n', value: 'N', help: 'sentences that are written at most (default: 1)' },
  top: { type: 'string', short: 'k', value: 'N', help: 'known sentences that are shown (default: 1)' },
  bank: {
    type: 'string',
    value: 'FILE',
    help: 'sentences to choose from: documents, or a text of one a line (default: examples of WordNet)',
  },
  store: {
    ...CONCEPT_OPTIONS.store,
    help: 'the store whose texts are the sentences to choose from, such as vmm index makes',
  },
  'repetition-penalty': {
    type: 'string',
    value: 'X',
    help: 'what likeness to the last sentence takes from a known one, 0 to 1 (default: 0.1)',
  },
  json: { type: 'boolean', help: 'as one JSON object {"text", "routing", "written", "retrieved"}' },
  ...TEXT_OPTIONS,
  ...PREDICTOR_OPTION,
  ...INVERTER_OPTION,
  ...MODEL_OPTIONS,
} as const satisfies Options

/** Known sentences at most. */
const MOST = 64
/** Definitions of WordNet are no sentences. */
const EXAMPLES = { types: ['example'] }

export const predict = defineCommand({
  usage: 'predict [options] [text]',
  about:
    'Splits a text into sentences and prints what may come next. "written": what an inverter writes for the vector that\n' +
    'a predictor predicts, with its fit, the cosine of its own vector to what is predicted; each sentence is read before\n' +
    `the next one is written, until all would repeat what was said. One whose fit is below ${FITTING} is not shown.\n` +
    '"retrieved": sentences of a bank, with the score by which they were chosen: the cosine to what is predicted, less\n' +
    'the repetition penalty. Nothing that is retrieved is ever passed off as written.\n' +
    "Without a text, or with '-', it is read from standard input.",
  options: OPTIONS,
  async run(values, positionals, context) {
    const steps = wholeNumber(values.steps, '--steps', [1, 1000]) ?? 1
    const k = wholeNumber(values.top, '--top', [1, MOST]) ?? 1
    const repetitionPenalty = decimalNumber(values['repetition-penalty'], '--repetition-penalty', [0, 1])
    if (values.bank !== undefined && values.store !== undefined)
      throw new UsageError('--bank and --store exclude each other')
    const texts = (await partsFor(values, positionals, context)).map(({ text }) => text)
    const folder = await needPackaged('predictor', values.predictor, context)
    await withConcepts(values, context, async (loaded, openStore) => {
      const { model, engine, options } = loaded
      const missing = 'no sentence is written'
      const inverterFolder = await findFitting('inverter', values.inverter, model.space, missing, context)
      const { vectors, truncated } = await model.encode(texts, options)
      tellCut(truncated.length, values.lines ? 'line' : 'sentence', model, context)
      await using store =
        values.bank === undefined ? await openStore() : await openSentences(values.bank, [], loaded, context)
      const filter = values.bank === undefined && values.store === undefined ? EXAMPLES : undefined
      const bank = storeBank(store, { space: model.space, filter })
      using predictor = await engine.loadPredictor(folder, { signal: options.signal })
      using inverter =
        inverterFolder === null
          ? null
          : await engine.loadInverter(inverterFolder, { encoder: model, signal: options.signal })
      const rows = trustedVectors([vectors.toFloat32Array()], vectors.dims, vectors.space)
      const { predictions } = await predictor.predict([rows], {
        ...options,
        steps: inverter ? steps : 1,
        inverter: inverter ?? undefined,
      })
      const { direction, routing, written } = predictions[0]!
      const last = trustedVectors([rows.row(rows.count - 1)], rows.dims, rows.space)
      const [hits] = await nextSentences(bank, direction, last, {
        ...{ ...options, k, not: texts, repetitionPenalty },
      })
      const answers: NextAnswers = {
        text: texts,
        routing: routing!,
        written: written && written[0]!,
        retrieved: hits!.map(({ text, score }) => ({ text, score })),
      }
      const output = values.json ? nextJson(answers) : nextText(answers, styles(context.stdout, context.env))
      await write(context.stdout, output, context.signal)
    })
    return undefined
  },
})
