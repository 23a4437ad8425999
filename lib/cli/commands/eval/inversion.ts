import { createHash } from 'node:crypto'
import type { SystemText } from '../../../evaluate/annotation/draw.ts'
import { inversionPage } from '../../../evaluate/reports/inversion/page.ts'
import { sentenceCount } from '../../../evaluate/reports/inversion/rows.ts'
import { loadVega } from '../../../evaluate/reports/vega.ts'
import { type InversionRun, inversionReport } from '../../../evaluate/suites/inversion/report.ts'
import { type InversionBlock, invertBlocks, joinBlocks } from '../../../evaluate/suites/inversion/run.ts'
import { REFINE_CALLS } from '../../../models/inverter/options.ts'
import { inverterParameters } from '../../../models/inverter/parameters.ts'
import type { Lexicon } from '../../../text/lexicon.ts'
import { parameterCount } from '../../../weights/specs.ts'
import { defineCommand, noArguments, type Options, UsageError, wholeNumber } from '../../command.ts'
import { type CliContext, type Interrupted, write } from '../../context.ts'
import { ANNOTATION_OPTIONS, annotationFile, writeItems } from '../../options/annotation.ts'
import { interruption, lastWords } from '../../options/interruption.ts'
import { INVERTER_OPTIONS, withInverter } from '../../options/inverter.ts'
import { aboutLanguageModel, findLanguageModel } from '../../options/language.ts'
import { openKnown, readSentences } from '../../options/sentences.ts'
import { openOutput } from '../../output/file.ts'
import { inversionTable } from '../../output/inversion_table.ts'
import { Progress } from '../../output/progress.ts'

const OPTIONS = {
  sentences: {
    type: 'string',
    short: 's',
    value: 'FILE',
    multiple: true,
    help: "one sentence a line, '-' for standard input, without blank lines; each file is a kind",
  },
  train: {
    type: 'string',
    value: 'FILE',
    help: 'what the nearest baseline knows: documents (.jsonl) or one sentence a line (default: WordNet)',
  },
  limit: { type: 'string', value: 'N', help: 'sentences that are drawn from each file (default: all)' },
  refine: {
    type: 'string',
    value: 'N',
    help: `texts that may be encoded for each sentence, 0 for no refinement (default: ${REFINE_CALLS})`,
  },
  seed: {
    type: 'string',
    value: 'N',
    help: 'decides sentences, samples, intervals and texts without a vector (default: 0)',
  },
  judge: {
    type: 'string',
    value: 'NAME',
    help: 'a language model that also judges the texts; folder of a bundle or installed package (default: none)',
  },
  ...ANNOTATION_OPTIONS,
  html: { type: 'string', value: 'FILE', help: 'also write the report as a page; needs vega and vega-lite' },
  json: {
    type: 'boolean',
    help: 'as one JSON object {"complete", "inverter", "source", "beam", "refined", "baselines", "human", …}',
  },
  ...INVERTER_OPTIONS,
} as const satisfies Options

export const evaluateInversion = defineCommand({
  usage: 'eval inversion --sentences FILE [options]',
  about:
    'How well the vectors of sentences are turned back into text, by the beam and after refinement, beside baselines:\n' +
    "the nearest of up to 100,000 sentences of --train, or of WordNet's texts, and what the decoder writes without a\n" +
    'vector; with --judge also how natural the texts are under another language model, beside the sentences\n' +
    "themselves. Sentences beyond the inverter's capacity are among them. Where Ctrl-C ends it, the report is of the\n" +
    'sentences done so far.',
  options: OPTIONS,
  async run(values, positionals, context) {
    noArguments(positionals)
    const { sentences: files = [] } = values
    if (files.length === 0) throw new UsageError('no sentences: name a file with --sentences')
    const limit = wholeNumber(values.limit, '--limit', [1, 1e9])
    const refine = wholeNumber(values.refine, '--refine', [0, 1e6]) ?? REFINE_CALLS
    const seed = wholeNumber(values.seed, '--seed', [0, 1e15 - 1]) ?? 0
    if (values.html !== undefined) await loadVega() // before hours of work, not after them
    const annotation = await annotationFile(values)
    const judgeFolder = await findLanguageModel(values.judge, context)
    const { sentences, kinds, source } = await readSentences(files, { limit, seed }, context)
    let exitCode: number | undefined
    await withInverter(values, context, async (loaded) => {
      const { inverter, model, engine, options } = loaded
      const { name, fingerprint, capacityTokens, config, lexicon } = inverter
      using judge =
        judgeFolder === null
          ? undefined
          : await engine.loadLanguageModel(judgeFolder, { signal: options.signal })
      await using known = await openKnown(values.train, sentences, loaded, context)
      const blocks: InversionBlock[] = []
      let interrupted: Interrupted | null = null
      try {
        using progress = new Progress('Inverting sentences', context)
        progress.begin(sentences.length)
        const onProgress = (done: number, total: number) => progress.update(done, total)
        const run = { ...options, refine, seed, judge, onProgress, ...(files.length > 1 && { kinds }) }
        for await (const block of invertBlocks(inverter, model, sentences, known, run)) blocks.push(block)
      } catch (error) {
        interrupted = interruption(context)
        if (interrupted === null || blocks.length === 0) throw error
      }
      const run = joinBlocks(blocks, known)
      const found = inversionReport(run, { seed })
      const report = interrupted === null ? found : { ...found, asked: sentences.length }
      const beyond = sentences
        .slice(0, report.sentences)
        .filter((sentence) => inverter.countTokens(sentence) > capacityTokens).length
      const parameters = parameterCount(inverterParameters(config))
      const whole = {
        complete: interrupted === null,
        inverter: { name, fingerprint, capacityTokens, parameters },
        lexicon: lexicon && { words: wordCount(lexicon), sha256: lexiconHash(lexicon) },
        ...(judge && { judge: aboutLanguageModel(judge) }),
        source: { ...source, beyondCapacity: beyond },
        options: { refine, seed },
        ...report,
      }
      const table = () =>
        `${inversionTable(report, context)}${beyond} longer than the ${capacityTokens} tokens that ${name} writes\n`
      const last = lastWords(context)
      if (values.html !== undefined) await writeFile(values.html, await inversionPage(report), last)
      if (annotation !== null)
        await writeItems(annotation, textsToRate(run, name), { task: 'same', seed }, context)
      await write(context.stdout, values.json ? `${JSON.stringify(whole)}\n` : table(), last.signal)
      if (interrupted === null) return
      context.stderr.write(`vmm: cancelled: the report is of ${sentenceCount(report)}\n`)
      exitCode = interrupted.exitCode
    })
    return exitCode
  },
})

/** The texts that reports show: what is written without a vector says nothing of it. */
function textsToRate({ cases }: InversionRun, inverter: string): SystemText[] {
  const { beam, refined, nearest } = cases
  const systems = { [`${inverter} beam`]: beam, [`${inverter} refined`]: refined, nearest }
  return Object.entries(systems).flatMap(([system, some]) =>
    some.map(({ reference, text, kind, cosine }) => ({ reference, text, system, kind, cosine })),
  )
}

const wordCount = ({ lists }: Lexicon) => lists.reduce((sum, { length }) => sum + length, 0)

/** Of the words, one a line: which ones count as known is settled before anything is measured. */
function lexiconHash({ lists }: Lexicon): string {
  const hash = createHash('sha256')
  for (const words of lists) for (const word of words) hash.update(`${word}\n`)
  return hash.digest('hex')
}

async function writeFile(path: string, text: string, context: CliContext): Promise<void> {
  const output = await openOutput(path, context)
  try {
    await output.write(text)
    await output.commit()
  } finally {
    await output.discard()
  }
}
