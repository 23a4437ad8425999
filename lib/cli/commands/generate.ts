import { defineCommand } from '../command.ts'
import { write } from '../context.ts'
import {
  GENERATE_OPTIONS,
  generateOptions,
  SPECULATION_OPTIONS,
  speculationOptions,
  TEXT_GENERATOR_OPTIONS,
  withTextGenerator,
} from '../options/text_generator.ts'

export const generate = defineCommand({
  usage: 'generate [options] --model NAME [prompt]',
  about:
    'Writes what may follow a prompt, as it comes, with a published language model: GPT-2, Mamba, or T5, whose encoder\n' +
    'reads the prompt. The text goes on from the prompt as it stands; there are no chat templates. Without a prompt, or\n' +
    "with '-', it is read from standard input.",
  options: {
    ...TEXT_GENERATOR_OPTIONS,
    ...GENERATE_OPTIONS,
    ...SPECULATION_OPTIONS,
    json: {
      type: 'boolean',
      help: '{"prompt", "text", "tokens", "logProbs", "ended", "score", "alternatives"}, at the end',
    },
  },
  async run(values, positionals, context) {
    const options = generateOptions(values)
    const speculation = speculationOptions(values)
    await withTextGenerator(values, positionals, context, async ({ model, text: prompt, run, load }) => {
      const { stdout, signal } = context
      using drafter = values.draft === undefined ? null : await load(values.draft)
      const draft = drafter ?? ('ngram' as const)
      const how = {
        ...options,
        ...run,
        speculate: speculation === null ? undefined : { draft, ...speculation },
      }
      const { beams = 1, samples = 1 } = options
      if (!values.json && beams === 1 && samples === 1) {
        for await (const piece of model.stream(prompt, how)) await write(stdout, piece, signal)
        await write(stdout, '\n', signal)
        return
      }
      const found = await model.generate(prompt, how)
      const shown = beams > 1 ? [found] : [found, ...found.alternatives]
      const texts = shown.map(({ text }) => `${text}\n`).join('\n')
      await write(stdout, values.json ? `${JSON.stringify({ prompt, ...found })}\n` : texts, signal)
    })
    return undefined
  },
})
