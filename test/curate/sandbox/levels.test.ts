// How processes are started at each level: what they are shown, and what they may do.
import { realpathSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { boxed, bubblewrapCommand } from '../../../lib/curate/sandbox/levels/bubblewrap.ts'
import { dockerCommand } from '../../../lib/curate/sandbox/levels/docker.ts'
import { permissionFlags } from '../../../lib/curate/sandbox/levels/node_flags.ts'
import { permissionCommand } from '../../../lib/curate/sandbox/levels/permission.ts'

const child = { folder: '/here/sandbox/', program: 'child/main.mjs', packages: { '@a/b': '/here/b' } }
/** The arguments after each time that an option stands there. */
const after = (args: readonly string[], option: string, count = 1) =>
  args.flatMap((arg, i) => (arg === option ? [args.slice(i + 1, i + 1 + count).join(' ')] : []))

test('the permission model is switched on by the flag of this Node', () => {
  const flags = (known: string) => permissionFlags(['/a', '/b'], new Set([known]))
  assert.is(flags('--permission')[0], '--permission')
  assert.is(flags('--experimental-permission')[0], '--experimental-permission')
  const allowed = flags('--permission').filter((flag) => flag.startsWith('--allow'))
  assert.equal(allowed, ['--allow-fs-read=/a', '--allow-fs-read=/b'])
})

test('a process with few permissions reads the package and what it imports, with no environment', () => {
  const { args, env } = permissionCommand(child)
  const allowed = args.filter((flag) => flag.startsWith('--allow'))
  assert.equal(allowed, ['--allow-fs-read=/here/sandbox/', '--allow-fs-read=/here/b'])
  assert.is(args.at(-1), '/here/sandbox/child/main.mjs')
  assert.equal(env, {})
})

test('a box shows the system, Node and the package, all read only, and nothing of the network', () => {
  const { file, args } = bubblewrapCommand(child)
  assert.is(file, 'bwrap')
  for (const option of [
    '--unshare-all',
    '--disable-userns',
    '--die-with-parent',
    '--new-session',
    '--clearenv',
  ])
    assert.ok(args.includes(option), option)
  assert.not.ok(args.some((arg) => /^--(?:bind|dev-bind|share-net)/.test(arg)))
  const shown = after(args, '--ro-bind', 2).filter((pair) => pair.includes(' /sandbox'))
  assert.equal(shown, [
    `${realpathSync(process.execPath)} /sandbox/node`,
    '/here/sandbox/ /sandbox/package',
    '/here/b /sandbox/node_modules/@a/b',
  ])
  assert.equal(after(args, '--remount-ro'), ['/', '/dev'])
  assert.ok(args.indexOf('--remount-ro') > args.indexOf('--tmpfs'))
  assert.equal(after(args, '--cap-drop'), ['ALL'])
})

test('a box of native code has limits of its own', () => {
  const limits = { memoryBytes: 1000, cpuSeconds: 1.2, filesBytes: 500, processes: 8 }
  const { args } = boxed(['/bin/program', 'x'], [['/work', '/here']], limits)
  const run = args.slice(args.indexOf('--') + 1)
  assert.equal(run, [
    ...['prlimit', '--data=1000', '--fsize=500', '--core=0', '--cpu=2', '--nofile=64', '--nproc=8', '--'],
    ...['/bin/program', 'x'],
  ])
  assert.equal(after(args, '--size'), ['500'])
})

test('a container has no network, half a processor, a root that cannot be written, and is killed by its name', () => {
  const { file, args, end } = dockerCommand(child)
  assert.is(file, 'docker')
  const options: [option: string, value: string][] = [
    ['--network', 'none'],
    ['--memory', '512m'],
    ['--memory-swap', '512m'],
    ['--cpus', '0.5'],
    ['--pids-limit', '32'],
    ['--cap-drop', 'ALL'],
    ['--security-opt', 'no-new-privileges'],
    ['--user', '65534:65534'],
  ]
  for (const [option, value] of options) assert.equal(after(args, option), [value], option)
  assert.ok(args.includes('--read-only') && args.includes('--rm') && args.includes('--interactive'))
  assert.equal(after(args, '--mount'), [
    'type=bind,source=/here/sandbox/,target=/sandbox/package,readonly',
    'type=bind,source=/here/b,target=/sandbox/node_modules/@a/b,readonly',
  ])
  assert.equal(end, ['docker', 'kill', after(args, '--name')[0]!])
  assert.is.not(after(args, '--name')[0], after(dockerCommand(child).args, '--name')[0])
})

test.run()
