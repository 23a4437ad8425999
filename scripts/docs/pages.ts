import { join } from 'node:path'
import { entryPoints, ROOT, tool } from './tools.ts'

/** What is used of typedoc. */
interface TypeDoc {
  readonly Application: {
    bootstrapWithPlugins(options: object): Promise<{
      convert(): Promise<object | undefined>
      generateOutputs(project: object): Promise<void>
      readonly logger: { readonly errorCount: number; readonly warningCount: number }
    }>
  }
}

/** Writes a page per entry point, SPECIFIER.md, and one that leads to them. Returns what is wrong with their sources. */
export async function writePages(folder: string): Promise<string[]> {
  const { Application } = await tool<TypeDoc>('typedoc')
  const app = await Application.bootstrapWithPlugins({
    entryPoints: entryPoints().map(({ file }) => join(ROOT, 'lib', `${file}.ts`)),
    tsconfig: join(ROOT, 'tsconfig.build.json'),
    plugin: ['typedoc-plugin-markdown'],
    outputs: [{ name: 'markdown', path: folder }],
    router: 'module',
    readme: 'none',
    // The compiler of the repository checks them.
    skipErrorChecking: true,
    disableSources: true,
    excludeExternals: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    sort: ['alphabetical'],
    groupOrder: ['Functions', 'Variables', 'Classes', 'Interfaces', 'Type Aliases'],
    parametersFormat: 'table',
    classPropertiesFormat: 'table',
    interfacePropertiesFormat: 'table',
    propertyMembersFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    tableColumnSettings: { hideInherited: true, hideOverrides: true, hideModifiers: true },
    logLevel: 'Warn',
  })
  const project = await app.convert()
  if (project) await app.generateOutputs(project)
  const { errorCount, warningCount } = app.logger
  return project && errorCount + warningCount === 0 ? [] : ['typedoc: see above']
}
