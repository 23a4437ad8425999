// Makes a clone ready: packages, compiled TypeScript, the native addon. It needs nothing but Node, does only what
// is missing or out of date, and is silent when that is nothing. `npm start` and `npm test` run it first.
import { buildNative } from './setup/native.mjs'
import { requireNode } from './setup/node.mjs'
import { installPackages } from './setup/packages.mjs'
import { bringSandbox } from './setup/sandbox.mjs'
import { buildTypeScript } from './setup/typescript.mjs'

try {
  requireNode()
  installPackages()
  bringSandbox()
  await buildTypeScript()
  buildNative()
} catch (error) {
  console.error(`setup: ${error.message}`)
  process.exitCode = 1
}
