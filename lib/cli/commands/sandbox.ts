import { analyseCode } from '../../curate/code/analyse.ts'
import { CODE_LANGUAGES, type CodeLanguage, codeLanguageOf } from '../../curate/code/languages.ts'
import type { CodeValidation } from '../../curate/code_validation/code_validation.ts'
import { validateCode } from '../../curate/code_validation/validate_code.ts'
import { type CodeVariant, codeVariants } from '../../curate/code_validation/variants/code_variants.ts'
import { openSandbox } from '../../curate/sandbox/sandbox.ts'
import { defineCommand, type Options, UsageError, type Values, wholeNumber } from '../command.ts'
import { type CliContext, styles, write } from '../context.ts'
import { inputName, openInput, textOf } from '../options/input.ts'
import { validationLines, variantLines } from '../output/validation.ts'

const OPTIONS = {
  language: {
    type: 'string',
    value: 'NAME',
    help: `${CODE_LANGUAGES.join(', ')} (default: by the file's ending)`,
  },
  test: {
    type: 'string',
    value: 'STATEMENT',
    multiple: true,
    help: 'fails where the code is wrong; functions of Python named test… are run too',
  },
  entry: {
    type: 'string',
    value: 'NAME',
    help: 'the function that cases are made for (default: the last one tested)',
  },
  text: {
    type: 'string',
    value: 'TEXT',
    help: 'what the code is to do: what it implements where its tests pass',
  },
  cases: { type: 'string', value: 'N', help: 'cases that are made for it at most (default: 60)' },
  variants: { type: 'boolean', help: 'write it in other ways as well, and keep those that do the same' },
  json: { type: 'boolean', help: 'what validateCode gives, as one object; with --variants, these too' },
} as const satisfies Options

export const sandbox = defineCommand({
  usage: 'sandbox [options] <file>',
  about:
    'Reads code, runs it in a sandbox with its tests and with inputs that are made for it, and tells what it does and costs.\n' +
    "What such inputs are expected to give is what the code did: 'inferred'. The exit code is 1 where a test fails.\n" +
    "With '-', the code is read from standard input.",
  options: OPTIONS,
  async run(values, positionals, context) {
    if (positionals.length !== 1) throw new UsageError(`one file; got ${positionals.length}`)
    const [file] = positionals
    const language = languageOf(values, file!)
    const mostCases = wholeNumber(values.cases, '--cases', [0, 10_000])
    const code = await textOf(openInput(file, context), inputName(file))
    const { validation, variants } = await validated(code, language, { ...values, mostCases }, context.signal)
    const { stdout, env, signal } = context
    const text = values.json
      ? `${JSON.stringify(values.variants ? { ...validation, variants } : validation)}\n`
      : [...validationLines(validation, styles(stdout, env)), ...variantLines(variants), ''].join('\n')
    await write(stdout, text, signal)
    return validation.success ? undefined : 1
  },
})

function languageOf({ language }: Values<typeof OPTIONS>, file: string): CodeLanguage {
  if (language === undefined) {
    const known = codeLanguageOf(file)
    if (known === null) throw new UsageError('--language: the name of the file does not tell it')
    return known
  }
  const known = CODE_LANGUAGES.find((name) => name === language)
  if (known === undefined)
    throw new UsageError(`--language: got ${JSON.stringify(language)}; expected ${CODE_LANGUAGES.join(', ')}`)
  return known
}

async function validated(
  code: string,
  language: CodeLanguage,
  values: Values<typeof OPTIONS> & { readonly mostCases: number | undefined },
  signal: CliContext['signal'],
): Promise<{ validation: CodeValidation; variants: readonly CodeVariant[] }> {
  const { entry, text, mostCases } = values
  const tests = [...(values.test ?? []), ...(await ownTests(code, language))]
  const runner = await openSandbox({ processes: 1 })
  try {
    const options = { sandbox: runner, signal }
    const validation = await validateCode(code, language, { entry, text, tests, mostCases }, options)
    const isRun = language !== 'rust' && language !== 'go' && validation.success
    const variants =
      values.variants && isRun ? await codeVariants(code, language, { entry, tests, ...options }) : []
    return { validation, variants }
  } finally {
    await runner.dispose()
  }
}

/** Calls of the tests that stand in the code itself. */
async function ownTests(code: string, language: CodeLanguage): Promise<readonly string[]> {
  if (language !== 'python') return []
  const { functions } = await analyseCode(code, language)
  return functions
    .filter(
      ({ test, owner, nested, parameters }) => test && owner === null && !nested && parameters.length === 0,
    )
    .map(({ name }) => `${name}()`)
}
