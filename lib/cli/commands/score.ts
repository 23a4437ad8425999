import { defineCommand, UsageError } from '../command.ts'
import { write } from '../context.ts'
import { TEXT_GENERATOR_OPTIONS, withTextGenerator } from '../options/text_generator.ts'

export const score = defineCommand({
  usage: 'score [options] --model NAME [text]',
  about:
    'Tells how likely a published language model finds a text: bits per token and per byte, fewer for likelier texts. One\n' +
    'that is longer than what the model reads at once is read in windows that overlap by half. Without a text, or with\n' +
    "'-', it is read from standard input.",
  options: {
    ...TEXT_GENERATOR_OPTIONS,
    prompt: {
      type: 'string',
      value: 'TEXT',
      help: "what is read before the text and does not count; what a T5's encoder reads",
    },
    json: { type: 'boolean', help: '{"nats", "tokens", "bytes", "bitsPerToken", "bitsPerByte"}' },
  },
  async run(values, positionals, context) {
    const { prompt } = values
    await withTextGenerator(values, positionals, context, async ({ model, text, run }) => {
      if (text === '') throw new UsageError('the text is empty')
      const found = await model.score(text, { ...run, prompt })
      const { bitsPerToken, bitsPerByte, tokens, bytes, nats } = found
      const line =
        `${bitsPerToken.toFixed(4)} bits per token, ${bitsPerByte.toFixed(4)} per byte: ` +
        `${nats.toFixed(2)} nats, ${tokens} tokens, ${bytes} bytes`
      await write(context.stdout, `${values.json ? JSON.stringify(found) : line}\n`, context.signal)
    })
    return undefined
  },
})
