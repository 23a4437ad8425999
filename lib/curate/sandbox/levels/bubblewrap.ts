import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { type ChildPackage, type Command, PROCESS_CPU_SECONDS } from './command.ts'
import { permissionFlags } from './node_flags.ts'

const MIB = 1 << 20
/** Folders of the system that programs are loaded from. */
const SYSTEM = ['/usr', '/lib', '/lib64', '/bin', '/etc/alternatives', '/etc/ld.so.cache']
/** A heap of 512 MiB, the standard library and Node itself. */
const CHILD_BYTES = 1536 * MIB

/** What a box shows of this machine: paths there by paths in the box; all can be read, none written. */
export type Shown = readonly (readonly [inBox: string, here: string])[]

/** What a process in a box may take. */
export interface BoxLimits {
  readonly memoryBytes: number
  readonly cpuSeconds: number
  /** Of its own `/tmp`, which is all that can be written. */
  readonly filesBytes: number
  readonly processes?: number
}

/**
 * A process in namespaces of its own, without network, whose files are those of the system and `shown`, read only.
 *
 * @param command what runs in the box
 */
export function boxed(command: readonly string[], shown: Shown, limits: BoxLimits): Command {
  const box = [
    ...[
      '--unshare-all',
      '--unshare-user',
      '--disable-userns',
      '--die-with-parent',
      '--new-session',
      '--clearenv',
    ],
    ...['--uid', '1000', '--gid', '1000', '--cap-drop', 'ALL'],
    ...SYSTEM.flatMap(systemPath),
    ...shown.flatMap(([inBox, here]) => ['--ro-bind', here, inBox]),
    ...[
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      '--size',
      String(limits.filesBytes),
      '--tmpfs',
      '/tmp',
      '--chdir',
      '/tmp',
    ],
    // Without these, `/`, `/dev` and `/dev/shm` are memory that can be written without a limit.
    ...['--remount-ro', '/', '--remount-ro', '/dev'],
    ...['--setenv', 'PATH', '/usr/bin:/bin', '--setenv', 'HOME', '/tmp'],
  ]
  const limited = [
    'prlimit',
    `--data=${limits.memoryBytes}`,
    `--fsize=${limits.filesBytes}`,
    '--core=0',
    `--cpu=${Math.ceil(limits.cpuSeconds)}`,
    ...(limits.processes === undefined ? [] : ['--nofile=64', `--nproc=${limits.processes}`]),
  ]
  return {
    file: 'bwrap',
    args: [...box, '--', ...limited, '--', ...command],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
  }
}

/** Linux with bubblewrap: the process of `permissionCommand` in a box. */
export function bubblewrapCommand({ folder, program, packages }: ChildPackage): Command {
  const shown: Shown = [
    ['/sandbox/node', realpathSync(process.execPath)],
    ['/sandbox/package', folder],
    ...Object.entries(packages).map(([name, here]) => [`/sandbox/node_modules/${name}`, here] as const),
  ]
  const node = ['/sandbox/node', ...permissionFlags(['/sandbox']), `/sandbox/package/${program}`]
  return boxed(node, shown, {
    memoryBytes: CHILD_BYTES,
    cpuSeconds: PROCESS_CPU_SECONDS,
    filesBytes: 16 * MIB,
  })
}

/** A folder of the system as it is here: of its own, or a link to another one. */
function systemPath(path: string): string[] {
  if (!existsSync(path)) return []
  if (lstatSync(path).isSymbolicLink()) return ['--symlink', readlinkSync(path), path]
  return ['--ro-bind', path, path]
}
