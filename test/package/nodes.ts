import { spawnSync } from 'node:child_process'
import { ROOT } from './installation.ts'

/** The versions that the package is for, oldest first. */
export const NODES = ['20.20.2', '22.23.3', '24.21.0']
/** Platforms whose programs run here, some of them emulated. */
export const PLATFORMS = ['linux-x64', 'linux-arm64']

/** The command that starts a Node for a platform; null, with the reason printed, where it cannot be had. */
export function nodeCommand(platform: string, version: string): string[] | null {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/foreign-node.mjs', platform, version],
    { cwd: ROOT, encoding: 'utf8' },
  )
  if (status === 77) {
    console.log(stderr.trim())
    return null
  }
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as string[]
}
