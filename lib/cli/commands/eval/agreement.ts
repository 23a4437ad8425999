import { VmmError } from '../../../core/errors.ts'
import type { AnnotationKey } from '../../../evaluate/annotation/draw.ts'
import { readAnnotationKey } from '../../../evaluate/annotation/files.ts'
import { type Rating, readRatings } from '../../../evaluate/annotation/ratings_file.ts'
import { ratingsReport } from '../../../evaluate/annotation/report.ts'
import { defineCommand, type Options, UsageError, wholeNumber } from '../../command.ts'
import { write } from '../../context.ts'
import { ratingsTable } from '../../output/ratings_table.ts'

const OPTIONS = {
  key: {
    type: 'string',
    value: 'FILE',
    multiple: true,
    help: 'the key of the items: what systems wrote, and which items are the same pair',
  },
  seed: { type: 'string', value: 'N', help: 'decides the intervals (default: 0)' },
  json: {
    type: 'boolean',
    help: 'as one JSON object {"ratings", "pairs", "agreement", …}',
  },
} as const satisfies Options

export const evaluateAgreement = defineCommand({
  usage: 'eval agreement <ratings>... [options]',
  about:
    'How far people agree who have rated texts, in files of JSON lines {"rater", "item", "meaning", "fluency", "ms"}:\n' +
    "Krippendorff's alpha, Fleiss' kappa, and Cohen's kappa of each two raters, with 95 % intervals. With --key, which\n" +
    "'vmm eval inversion --annotate' has written, also how far raters agree with themselves on pairs that came twice, and\n" +
    'the mean ratings of each system.',
  options: OPTIONS,
  async run(values, positionals, context) {
    if (positionals.length === 0) throw new UsageError('no ratings: name at least one file')
    const seed = wholeNumber(values.seed, '--seed', [0, 1e15 - 1]) ?? 0
    const { signal, stdout } = context
    const key: AnnotationKey[] | undefined = values.key && []
    for (const path of values.key ?? []) key!.push(...(await readAnnotationKey(path, signal)))
    const items = key && new Set(key.map(({ item }) => item))
    const ratings: Rating[] = []
    for (const path of positionals) ratings.push(...(await readRatings(path, { items, signal })))
    if (ratings.length === 0) throw new VmmError('BAD_FILE', `${positionals.join(', ')}: no rating`)
    const report = ratingsReport(ratings, { key, seed })
    await write(stdout, values.json ? `${JSON.stringify(report)}\n` : ratingsTable(report, context), signal)
    return undefined
  },
})
