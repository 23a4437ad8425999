import type { Candidate } from '../candidates/candidate.ts'
import { analyseCode } from '../code/analyse.ts'
import { checkCodeLanguage } from '../code/languages.ts'
import type { CodeRunner } from '../code_validation/code_runner.ts'
import { validateCode } from '../code_validation/validate_code.ts'
import type { CodeRun } from './unit_result.ts'

/**
 * What is found out about the code of a candidate: code with tests is run with them; other code is read only, since nobody can
 * say whether it works.
 *
 * @param openBox what runs it, opened when it is first needed; null: nothing is run
 */
export async function runOf(
  { text, code }: Candidate,
  openBox: (() => Promise<CodeRunner>) | null,
  signal: AbortSignal | undefined,
): Promise<CodeRun> {
  const { language, source, tests, entry } = code!
  checkCodeLanguage(language)
  if (openBox === null || tests.length === 0) {
    const { complexity, hash } = await analyseCode(source, language)
    const metadata = { language, complexity, astHash: hash, works: null, testCoverage: null }
    const why = openBox === null ? 'the sandbox is off' : 'it has no tests'
    return { metadata: { ...metadata, performanceMetrics: {} }, executed: false, why, level: null }
  }
  const about = { text, tests, mostCases: 0, ...(entry !== null && { entry }) }
  const found = await validateCode(source, language, about, { sandbox: await openBox(), signal })
  const { executed, why, runtime, testCoverage, success } = found
  const functions = runtime?.functions ?? []
  const bytes = Math.max(0, ...functions.map((one) => one.bytes ?? 0))
  return {
    metadata: {
      ...{ language, complexity: found.static.complexity, astHash: found.static.hash },
      ...{ works: executed ? success : null, testCoverage: testCoverage?.share ?? null },
      performanceMetrics:
        runtime === null
          ? {}
          : {
              calls: functions.reduce((sum, { calls }) => sum + calls, 0),
              ...(bytes > 0 && { bytes }),
              ...(runtime.cpuSeconds !== null && { cpuSeconds: runtime.cpuSeconds }),
            },
    },
    ...{ executed, why, level: runtime?.level ?? null },
  }
}
