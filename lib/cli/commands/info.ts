import { defineCommand, noArguments } from '../command.ts'
import { styles } from '../context.ts'
import { factTexts, machineFacts } from '../machine/facts.ts'

export const info = defineCommand({
  usage: 'info [options]',
  about: 'Tells versions, instruction sets, device, threads, memory and folders.',
  options: { json: { type: 'boolean', help: 'as one JSON object; bytes are numbers' } },
  async run({ json }, positionals, context) {
    noArguments(positionals)
    const facts = await machineFacts(context)
    if (json) {
      context.stdout.write(`${JSON.stringify(facts, null, 2)}\n`)
      return undefined
    }
    const { bold } = styles(context.stdout, context.env)
    for (const [name, text] of factTexts(facts)) context.stdout.write(`${bold(name.padEnd(18))}${text}\n`)
    return undefined
  },
})
