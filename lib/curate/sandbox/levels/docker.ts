import { randomUUID } from 'node:crypto'
import type { ChildPackage, Command } from './command.ts'
import { permissionFlags } from './node_flags.ts'

/** An image with the same major version of Node. */
const imageOf = (version: string): string => `node:${version.split('.')[0]}-slim`

/** Docker: the process of `permissionCommand` in a container without network, whose root cannot be written. */
export function dockerCommand({ folder, program, packages }: ChildPackage): Command {
  const shown = [
    ['/sandbox/package', folder],
    ...Object.entries(packages).map(([name, here]) => [`/sandbox/node_modules/${name}`, here] as const),
  ] as const
  const name = `vector-mamba-${randomUUID()}`
  return {
    file: 'docker',
    end: ['docker', 'kill', name],
    args: [
      ...[
        'run',
        '--rm',
        '--name',
        name,
        '--interactive',
        '--init',
        '--network',
        'none',
        '--memory',
        '512m',
        '--memory-swap',
        '512m',
      ],
      ...['--cpus', '0.5', '--pids-limit', '32', '--read-only', '--cap-drop', 'ALL'],
      ...[
        '--security-opt',
        'no-new-privileges',
        '--user',
        '65534:65534',
        '--tmpfs',
        '/tmp:size=16m',
        '--workdir',
        '/tmp',
      ],
      ...shown.flatMap(([inside, here]) => ['--mount', `type=bind,source=${here},target=${inside},readonly`]),
      imageOf(process.versions.node),
      ...['node', ...permissionFlags(['/sandbox']), `/sandbox/package/${program}`],
    ],
    // The client finds its engine by these.
    env: Object.fromEntries(
      ['PATH', 'HOME', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG'].flatMap((name) =>
        process.env[name] === undefined ? [] : [[name, process.env[name]]],
      ),
    ),
  }
}
