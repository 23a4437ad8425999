import { join } from 'node:path'
import { type ChildPackage, type Command, PROCESS_CPU_SECONDS } from './command.ts'
import { permissionFlags } from './node_flags.ts'

/** Everywhere: Node with its permission model, which reads the sandbox's own files and no others. */
export function permissionCommand({ folder, program, packages }: ChildPackage): Command {
  const node = [...permissionFlags([folder, ...Object.values(packages)]), join(folder, program)]
  if (process.platform === 'win32') return { file: process.execPath, args: node, env: {} }
  const limited = ['-c', 'ulimit -t "$0" && ulimit -c 0 && exec "$@"', String(PROCESS_CPU_SECONDS)]
  return { file: '/bin/sh', args: [...limited, process.execPath, ...node], env: {} }
}
