import { VmmError } from '../../core/errors.ts'
import { optionalPackages } from '../../core/optional_packages.ts'
import { bubblewrapCommand } from './levels/bubblewrap.ts'
import type { ChildPackage, Command } from './levels/command.ts'
import { dockerCommand } from './levels/docker.ts'
import { permissionCommand } from './levels/permission.ts'
import { probe } from './probe.ts'

/** What stands between a program in WebAssembly and this machine, the strongest last. */
export type SandboxLevel = 'permission' | 'bubblewrap' | 'docker'
export const SANDBOX_LEVELS: readonly SandboxLevel[] = ['permission', 'bubblewrap', 'docker']

const COMMANDS: Readonly<Record<SandboxLevel, (child: ChildPackage) => Command>> = {
  permission: permissionCommand,
  bubblewrap: bubblewrapCommand,
  docker: dockerCommand,
}

/** A level, and whether it works here. */
export interface LevelState {
  readonly level: SandboxLevel
  /** Null where it works. */
  readonly problem: string | null
}

const NEED =
  'running code needs the package vector-mamba-sandbox, which is not installed: npm install vector-mamba-sandbox'

/** Throws VmmError UNSUPPORTED where the package is not installed. */
async function childPackage(): Promise<ChildPackage> {
  return (await optionalPackages(() => import('vector-mamba-sandbox'), NEED)).child
}

/** How the processes of a level are started. */
export async function commandOf(level: SandboxLevel): Promise<() => Command> {
  const child = await childPackage()
  return () => COMMANDS[level](child)
}

const states = new Map<SandboxLevel, Promise<LevelState>>()

/** Whether a level works on this machine, which is tried once. Throws VmmError UNSUPPORTED without the package. */
export async function stateOf(level: SandboxLevel): Promise<LevelState> {
  const command = await commandOf(level)
  const state = states.get(level) ?? probe(command()).then((problem) => ({ level, problem }))
  states.set(level, state)
  return state
}

/**
 * The level that is meant, where it works. `auto` is a box where there is one, else a process with few permissions.
 *
 * @throws VmmError UNSUPPORTED for one that does not work here
 */
export async function workingLevel(wanted: SandboxLevel | 'auto'): Promise<SandboxLevel> {
  if (wanted === 'auto' && process.platform === 'linux' && (await stateOf('bubblewrap')).problem === null)
    return 'bubblewrap'
  const { level, problem } = await stateOf(wanted === 'auto' ? 'permission' : wanted)
  if (problem === null) return level
  throw new VmmError('UNSUPPORTED', `the sandbox level ${level} does not work here: ${problem}`)
}
