import { SANDBOX_LEVELS, stateOf } from '../../curate/sandbox/working_level.ts'
import type { Finding } from './finding.ts'

const ADVICE: Readonly<Record<string, string>> = {
  permission: 'Node 20.19 or newer is needed',
  bubblewrap:
    'Linux alone has it: apt-get install bubblewrap; without it, code runs in WebAssembly all the same',
}

/** Where code of others can be run; Docker is not tried, whose engine would fetch an image first. */
export async function sandboxLevels(): Promise<Finding[]> {
  try {
    const states = await Promise.all(SANDBOX_LEVELS.filter((level) => level !== 'docker').map(stateOf))
    return states.map(({ level, problem }) => {
      const name = `sandbox: ${level}`
      if (problem === null) return { name, state: 'ok', found: 'runs Python and JavaScript' }
      const found = `does not start: ${problem.split('\n')[0]!.slice(0, 200)}`
      return { name, state: 'warning', found, advice: ADVICE[level]! }
    })
  } catch (error) {
    const advice = 'npm install vector-mamba-sandbox'
    return [{ name: 'sandbox', state: 'warning', found: (error as Error).message.split(':')[0]!, advice }]
  }
}
