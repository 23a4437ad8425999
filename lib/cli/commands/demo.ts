import { defineCommand, type Options } from '../command.ts'
import { openDemonstration } from '../demonstration/demonstration.ts'
import { INVERTER_OPTION } from '../options/inverter.ts'
import { PREDICTOR_OPTION } from '../options/predictor.ts'
import { partsFor, sentencesIn } from '../options/text.ts'
import { CONFIDENT, FITTING } from '../output/confidence.ts'
import { NEAREST_OPTIONS, printNearest } from './nearest.ts'

const OPTIONS = { ...NEAREST_OPTIONS, ...PREDICTOR_OPTION, ...INVERTER_OPTION } as const satisfies Options

const TEXT = [
  'The old lighthouse keeper watched the storm roll in from the sea.',
  'The waves rose higher than the rocks.',
  'He lit the lamp and closed the heavy door.',
  'In the morning the wind fell, and the ships came home.',
].join(' ')

export const demo = defineCommand({
  usage: 'demo [options] [text]',
  about:
    "Does what 'nearest' does, for built-in sentences when no text is given. After each sentence it shows what an\n" +
    'inverter reads back from its vector alone; the experts that a predictor sends the text so far to; and what it\n' +
    'predicts next: a vector, as the text that the inverter writes for it, and as the nearest sentence that is known.\n' +
    `A text that is read back with a cosine below ${CONFIDENT}, or that follows with a fit below ${FITTING}, is not shown: the nearest\n` +
    'known sentence takes its place.\n' +
    '--json adds "reconstruction": {"text", "cosine", "confident"} and "next": {"routing", "nearest", "decoded"}.',
  options: OPTIONS,
  async run(values, positionals, context) {
    const given = positionals.length > 0 || values.file !== undefined
    const read = async () => (given ? partsFor(values, positionals, context) : sentencesIn(TEXT))
    await printNearest(read, values, context, (loaded) => openDemonstration(values, loaded, context))
    return undefined
  },
})
