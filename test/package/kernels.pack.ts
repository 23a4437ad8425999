// The op tests on the prebuilt addons: another compiler made their kernels than those that are tested daily.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { notCrossBuilt } from '../../scripts/prebuilds/compiled_here.ts'
import { pathOf, targetsNamed } from '../../scripts/prebuilds/targets.ts'
import { testUnless } from '../support/skip.ts'
import { output, ROOT } from './installation.ts'
import { NODES, nodeCommand, PLATFORMS } from './nodes.ts'

// Below the project, so that packages are found.
const folder = join(ROOT, 'build', 'pack-js')

/** The tests as JavaScript: a loader would be emulated too. */
function compile(): void {
  rmSync(folder, { recursive: true, force: true })
  const config = `${folder}.json`
  const compilerOptions = { noEmit: false, noCheck: true, rootDir: ROOT, outDir: folder }
  const include = [join(ROOT, 'test', 'ops')]
  writeFileSync(config, JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include }))
  output(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', config])
}

test.before(compile)
test.after(() => rmSync(folder, { recursive: true }))

for (const platform of PLATFORMS) {
  const [target] = targetsNamed([platform])
  testUnless(notCrossBuilt(target!), `values of all ops, ${platform}`, () => {
    const command = nodeCommand(platform, NODES[0]!)
    if (command === null) return
    const addon = pathOf(target!)
    const args = [...command.slice(1), join(folder, 'test', 'ops', 'values.test.js')]
    const printed = output(command[0]!, args, { env: { ...process.env, VMM_ADDON: addon } })
    assert.match(printed, /Total: +(\d{3,})\n +Passed: +\1\n/)
  })
}

test.run()
