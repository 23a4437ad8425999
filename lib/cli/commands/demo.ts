import { defineCommand, type Options } from '../command.ts'
import { openNextConcepts } from '../next_concepts.ts'
import { PREDICTOR_OPTION } from '../predictor_options.ts'
import { textFor } from '../text.ts'
import { NEAREST_OPTIONS, printNearest } from './nearest.ts'

const OPTIONS = { ...NEAREST_OPTIONS, ...PREDICTOR_OPTION } as const satisfies Options

const TEXT = [
  'The old lighthouse keeper watched the storm roll in from the sea.',
  'The waves rose higher than the rocks.',
  'He lit the lamp and closed the heavy door.',
  'In the morning the wind fell, and the ships came home.',
].join(' ')

export const demo = defineCommand({
  usage: 'demo [options] [text]',
  about:
    "Does what 'nearest' does, for built-in sentences when no text is given. After each sentence it shows the experts\n" +
    'that a predictor sends the text so far to, and what it predicts next: a vector, shown as the nearest sentence\n' +
    'that is known. --json adds "next": {"routing", "nearest"} to each line.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const given = positionals.length > 0 || values.file !== undefined
    const text = given ? await textFor(values, positionals, context) : TEXT
    await printNearest(text, values, context, (loaded) => openNextConcepts(values.predictor, loaded, context))
    return undefined
  },
})
