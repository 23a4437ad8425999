import { analyseCode } from '../../../lib/curate/code/analyse.ts'

/** What analysis says about a Python program, in the form of test/support/python_ast.py. */
export async function factsOf(source: string): Promise<unknown> {
  const { functions, classes, imports, complexity } = await analyseCode(source, 'python')
  return {
    functions: functions.map((one) => ({
      name: one.name,
      parameters: one.parameters.map(({ name, kind }) => [name, kind]),
      docstring: one.docstring,
      lines: one.lines,
      complexity: one.complexity,
      recursion: one.owner === null && one.patterns.includes('recursion'),
    })),
    classes: classes.map(({ name }) => name).sort(),
    imports: [...new Set(imports.map(({ name }) => name))].sort(),
    complexity,
  }
}
