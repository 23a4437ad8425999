import type { DeviceName } from '../../core/run_options.ts'
import type { OpCheck } from '../../evaluate/suites/ops.ts'
import { defineCommand, noArguments, UsageError } from '../command.ts'
import { type CliContext, styles, write } from '../context.ts'
import { findings } from '../machine/checks.ts'
import type { Finding } from '../machine/finding.ts'

const MARKS: Record<Finding['state'], string> = { ok: 'ok', warning: 'warning', missing: 'missing' }

export const doctor = defineCommand({
  usage: 'doctor [options]',
  about:
    'Checks what the commands need and says what to do where it is missing. Exit code 1 when something is.\nWith --device: runs the samples of all ops there and on the CPU, and compares.',
  options: {
    device: { type: 'string', value: 'NAME', help: 'the device to test: metal' },
    json: { type: 'boolean', help: 'as JSON lines {"name", "state", "found", "advice"}' },
  },
  async run({ device, json = false }, positionals, context) {
    noArguments(positionals)
    if (device !== undefined) return testDevice(device, json, context)
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

/** The self-test that the first user of a device can run and paste: an op in each line. */
async function testDevice(device: string, json: boolean, context: CliContext): Promise<number> {
  const { stdout, signal } = context
  const engine = await context.engine()
  const gpu = engine.gpu()
  if (!['metal', 'metal-emulated'].includes(device)) throw new UsageError('--device: expected metal')
  if (gpu?.name !== device || !gpu.usable) {
    const why = gpu?.name === device ? gpu.description : 'this build does not have it'
    const text = `${device} cannot be used: ${why}; programs run on the CPU`
    await write(stdout, json ? `${JSON.stringify({ device, problem: text })}\n` : `${text}\n`, signal)
    return 1
  }
  if (!json) await write(stdout, `${device}: ${gpu.description}, against the CPU\n`, signal)
  const total = { ops: 0, samples: 0, failed: 0 }
  for await (const check of engine.checkOps(device as DeviceName, { signal })) {
    total.ops++
    total.samples += check.samples
    total.failed += check.failures.length
    await write(stdout, json ? `${JSON.stringify(check)}\n` : opLines(check), signal)
  }
  if (!json)
    await write(
      stdout,
      `${total.ops} ops, ${total.samples} samples: ${total.samples - total.failed} agree, ${total.failed} do not\n`,
      signal,
    )
  return total.failed > 0 ? 1 : 0
}

function opLines({ op, samples, ofTolerance, failures, cpuMs, deviceMs }: OpCheck): string {
  const state = failures.length > 0 ? 'FAILED' : 'ok'
  const times = `CPU ${cpuMs.toFixed(2)} ms, device ${deviceMs.toFixed(2)} ms`
  const figures = `${samples} samples, largest difference ${(100 * ofTolerance).toFixed(1)} % of the tolerance`
  const reasons = failures.map((failure) => `${' '.repeat(9)}${failure}\n`).join('')
  return `${state.padEnd(9)}${op}: ${figures}; ${times}\n${reasons}`
}
