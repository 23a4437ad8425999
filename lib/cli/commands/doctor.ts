import { type Finding, findings } from '../checks.ts'
import { defineCommand, noArguments } from '../command.ts'
import { styles } from '../context.ts'

const MARKS: Record<Finding['state'], string> = { ok: 'ok', warning: 'warning', missing: 'missing' }

export const doctor = defineCommand({
  usage: 'doctor [options]',
  about:
    'Checks what the commands need and says what to do where it is missing. Exit code 1 when something is.',
  options: { json: { type: 'boolean', help: 'as JSON lines {"name", "state", "found", "advice"}' } },
  async run({ json }, positionals, context) {
    noArguments(positionals)
    const { bold } = styles(context.stdout, context.env)
    let missing = 0
    for (const finding of await findings(context)) {
      const { name, state, found, advice } = finding
      if (state === 'missing') missing++
      const line = `${bold(MARKS[state].padEnd(9))}${name}: ${found}\n${advice ? `${' '.repeat(9)}-> ${advice}\n` : ''}`
      context.stdout.write(json ? `${JSON.stringify(finding)}\n` : line)
    }
    return missing > 0 ? 1 : 0
  },
})
