import { cpSync, mkdirSync, promises, truncateSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { mock } from 'node:test'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OutputClosed } from '../../lib/cli/context.ts'
import { Progress, progressText } from '../../lib/cli/output/progress.ts'
import { screen } from '../../lib/cli/output/screen.ts'
import { VmmError } from '../../lib/core/errors.ts'
import { useLiteFolder } from '../../lib/models/families/use_lite/convert.ts'
import { PREBUILT } from '../../lib/runtime/prebuilt.ts'
import { targets } from '../../scripts/prebuilds/targets.ts'
import { standIn } from '../support/bag_of_words.ts'
import { temporaryFolder } from '../support/folder.ts'
import { tinyInverter } from './tiny_inverter.ts'
import { vmm } from './world.ts'

const broken = (error: Error) => ({
  ...standIn(),
  loadEncoder: async () => {
    throw error
  },
})

const bundles = fileURLToPath(new URL('../../bundles', import.meta.url))

const NAMES = [
  'demo',
  'nearest',
  'encode',
  'invert',
  'generate',
  'score',
  'route',
  'eval',
  'eval agreement',
  'eval inversion',
  'train',
  'info',
  'doctor',
]

test('help and version', async () => {
  for (const flag of ['--help', '-h', 'help']) {
    const { code, stdout } = await vmm([flag])
    assert.is(code, 0)
    for (const name of NAMES) assert.match(stdout, `  ${name}`)
  }
  assert.match((await vmm(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
  for (const name of NAMES) {
    const { code, stdout } = await vmm([...name.split(' '), '--help'])
    assert.is(code, 0)
    assert.match(stdout, `Usage: vmm ${name}`)
    assert.ok(stdout.split('\n').every((line) => line.length <= 130))
  }
})

test('the help of a command, and the version, by every name', async () => {
  for (const name of NAMES)
    for (const flag of ['help', '--help', '-h']) {
      const { code, stdout } = await vmm([flag, ...name.split(' ')])
      assert.equal([code, stdout], [0, (await vmm([...name.split(' '), '--help'])).stdout])
    }
  const { stdout } = await vmm(['--version'])
  for (const flag of ['-V', '-v']) assert.equal(await vmm([flag]), await vmm(['--version']), stdout)
})

test('unknown commands and options are wrong usage, with the one that was probably meant', async () => {
  for (const [args, problem, help] of [
    [['frobnicate'], 'command "frobnicate"', ''],
    [['constructor'], 'command "constructor"', ''],
    [['nearst', 'x'], 'command "nearst"; did you mean nearest?', ''],
    [['help', 'encdoe'], 'command "encdoe"; did you mean encode?', ''],
    [['--bogus'], 'option "--bogus"', ''],
    [['--versoin'], 'option "--versoin"; did you mean --version?', ''],
    [['encode', '--ouput', 'x'], 'option "--ouput"; did you mean --output?', 'encode '],
    [['encode', '--ouput=x'], 'option "--ouput"; did you mean --output?', 'encode '],
    [['nearest', '--constructor'], 'option "--constructor"', 'nearest '],
    [['nearest', '-v', 'x'], 'option "-v"', 'nearest '],
    [
      ['eval', 'inversion', '--sentence', 'x'],
      'option "--sentence"; did you mean --sentences?',
      'eval inversion ',
    ],
  ] as const) {
    const { code, stderr } = await vmm(args)
    assert.equal([code, stderr], [2, `vmm: unknown ${problem}\nTry 'vmm ${help}--help'.\n`])
  }
})

test('wrong numbers are told before a text is read', async () => {
  for (const [args, option] of [
    [['nearest', '--top', '0'], '--top'],
    [['demo', '--top', '0', '-'], '--top'],
    [['nearest', '--threads', '0'], '--threads'],
    [['route', '--threads', '0'], '--threads'],
    [['encode', '--text', '--threads', '0'], '--threads'],
    [['invert', '--text', '--threads', '0'], '--threads'],
  ] as const) {
    const stdin = new Readable({ read: () => stdin.destroy(new Error('it was read')) })
    const { code, stderr } = await vmm(args, { stdin })
    assert.is(code, 2, stderr)
    assert.match(stderr, `${option}: got "0"; expected a whole number from 1 to`)
  }
})

test('arguments that a command does not take are wrong usage', async () => {
  for (const name of ['info', 'doctor']) {
    const { code, stderr } = await vmm([name, 'all'])
    assert.is(code, 2)
    assert.is(stderr, `vmm: unexpected argument "all"\nTry 'vmm ${name} --help'.\n`)
  }
})

test('errors: ours are told as they are, others by name; stacks only with --debug', async () => {
  const ours = broken(new VmmError('NOT_FOUND', 'no such model', { cause: new Error('deep') }))
  const told = await vmm(['encode'], { engine: ours })
  assert.equal([told.code, told.stderr], [1, 'vmm: no such model\n'])
  const debug = await vmm(['encode', '--debug'], { engine: ours })
  assert.match(debug.stderr, /no such model\n +at [\s\S]+caused by Error: deep\n +at /)
  const other = await vmm(['encode'], { engine: broken(new TypeError('x is not a function')) })
  assert.match(other.stderr, /^vmm: unexpected error: x is not a function \(--debug/)
})

test('when nobody reads the output any more, the command ends quietly', async () => {
  const controller = new AbortController()
  controller.abort(new OutputClosed())
  const { code, stderr } = await vmm(['encode'], { stdin: ['one\n'], signal: controller.signal })
  assert.equal([code, stderr], [0, ''])
})

const none = {
  ...standIn(),
  info: () => {
    throw new VmmError('UNSUPPORTED', 'no addon here')
  },
}

test('info: numbers as JSON, with units for people', async () => {
  const env = { VMM_CACHE_DIR: join(temporaryFolder(), 'cache') }
  mkdirSync(env.VMM_CACHE_DIR)
  writeFileSync(join(env.VMM_CACHE_DIR, 'some'), 'x'.repeat(2048))
  const facts = JSON.parse((await vmm(['info', '--json'], { env })).stdout)
  assert.equal(facts.instructionSets, ['scalar', 'avx2'])
  assert.equal([facts.active, facts.threads], ['avx2', 2])
  assert.equal(facts.cache, { folder: env.VMM_CACHE_DIR, bytes: 2048 })
  const { freeBytes, totalBytes } = facts.memory
  assert.ok(Number.isInteger(freeBytes) && Number.isInteger(totalBytes) && freeBytes < totalBytes)
  const { stdout } = await vmm(['info'], { env })
  assert.match(stdout, /\nmemory +[\d.]+ \w+ free of [\d.]+ \w+\ncache +\/.*\/cache \(2\.0 KiB\)\n/)
  assert.match(stdout, /instructionSets +scalar, avx2\n/)
  assert.match((await vmm(['info'], { env, engine: none })).stdout, /device +none: no addon here/)
})

test('free memory is that of the container, where there is one', async () => {
  const mib = 2 ** 20
  for (const [available, limit, free, state] of [
    [100 * mib, 2048 * mib, 100, 'warning'],
    [2 ** 60, 700 * mib, 700, 'ok'],
    [2 ** 60, 300 * mib, 300, 'warning'],
  ] as const) {
    const mocked = [
      mock.method(process, 'availableMemory', () => available),
      mock.method(process, 'constrainedMemory', () => limit),
    ]
    try {
      const { memory } = JSON.parse((await vmm(['info', '--json'])).stdout)
      assert.equal(memory, { freeBytes: free * mib, totalBytes: limit })
      const doctor = await vmm(['doctor'], { env: { VMM_CACHE_DIR: join(temporaryFolder(), 'cache') } })
      assert.match(doctor.stdout, new RegExp(`\\n${state} +memory: ${free}\\.0 MiB free\\n`))
    } finally {
      for (const { mock } of mocked) mock.restore()
    }
  }
})

test('doctor works with and without the native engine', async () => {
  const env = { VMM_CACHE_DIR: join(temporaryFolder(), 'cache') }
  const well = await vmm(['doctor', '--json'], { env })
  assert.is(well.code, 0)
  const states = well.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(
    states.map(({ name }) => name),
    [
      ...['platform', 'native addon', 'gpu', 'weights of use-lite', 'concepts', 'cache', 'disk'],
      ...[
        'bundle of use-lite',
        'predictor',
        'inverter',
        'sandbox: permission',
        'sandbox: bubblewrap',
        'memory',
      ],
    ],
  )
  const ill = await vmm(['doctor'], { env, engine: none })
  assert.is(ill.code, 1)
  assert.match(ill.stdout, /missing +native addon: no addon here\n +-> in a clone: npm run build/)
  assert.match(
    ill.stdout,
    /^missing +platform: .*: no addon loads\n +-> there are prebuilt addons for linux-x64 \(glibc/,
  )
  const gpu = { name: 'metal', usable: false, description: 'no Metal device', runs: 0, takenOver: 0 } as const
  const without = await vmm(['doctor'], { env, engine: { ...standIn(), gpu: () => gpu } })
  assert.is(without.code, 0)
  assert.match(without.stdout, /warning +gpu: metal does not start: no Metal device\n +-> .*run on the CPU\n/)
  mkdirSync(useLiteFolder(env.VMM_CACHE_DIR), { recursive: true })
  const damaged = await vmm(['doctor'], { env })
  assert.is(damaged.code, 1)
  assert.match(
    damaged.stdout,
    /missing +bundle of use-lite: .*bundle\.json.*\n +-> delete .* and it is made again/,
  )
  const unwritable = await vmm(['doctor'], { env: { VMM_CACHE_DIR: '/dev/null/cache' } })
  assert.match(unwritable.stdout, /missing +cache: [\s\S]+-> name another folder/)
})

test('doctor finds the packages of the predictor and the inverter, and says what is wrong with them', async () => {
  const env = { VMM_CACHE_DIR: join(temporaryFolder(), 'cache') }
  const unfit = await tinyInverter()
  const copy = join(temporaryFolder(), 'copy')
  cpSync(join(bundles, 'inverter'), copy, { recursive: true })
  for (const [folder, state, found] of [
    [undefined, 'warning', /^the package vector-mamba-inverter is not installed$/],
    [unfit, 'warning', /tiny: for vectors of bag-32, not of use-lite-512$/],
    [copy, 'ok', new RegExp(`^${copy}$`)],
    [join(bundles, 'predictor'), 'warning', /a bundle of kind 'predictor', not an inverter$/],
    ['damaged', 'warning', /model\.safetensors: \d+ bytes; the manifest says \d+$/],
  ] as const) {
    if (folder === 'damaged') truncateSync(join(copy, 'model.safetensors'), 1000)
    const given = folder === 'damaged' ? copy : folder
    const packages = given === undefined ? {} : { 'vector-mamba-inverter': given }
    const { code, stdout } = await vmm(['doctor', '--json'], { env, packages })
    const findings = stdout.trimEnd().split('\n')
    const { name, ...finding } = findings
      .map((line) => JSON.parse(line))
      .find(({ name }) => name === 'inverter')
    assert.equal([code, name, finding.state], [0, 'inverter', state])
    assert.match(finding.found, found)
    assert.is(finding.advice, state === 'ok' ? undefined : 'npm install vector-mamba-inverter')
  }
})

test('doctor tells what it cannot look at, and goes on', async () => {
  const packages = {
    get 'vector-mamba-inverter'(): string {
      throw Object.assign(new Error('no such export'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
    },
  }
  const unknown = mock.method(promises, 'statfs', () => Promise.reject(new Error('no such call')))
  syncBuiltinESMExports()
  try {
    const env = { VMM_CACHE_DIR: join(temporaryFolder(), 'cache') }
    const { code, stdout } = await vmm(['doctor'], { env, packages })
    assert.is(code, 0)
    assert.match(stdout, /\nok +cache: .*\nwarning +disk: no such call\n +-> 1\.0 GiB are needed/)
    assert.match(
      stdout,
      /\nwarning +inverter: package "vector-mamba-inverter": no such export\n +-> npm install/,
    )
    assert.match(stdout, /\n\w+ +memory: /)
  } finally {
    unknown.mock.restore()
    syncBuiltinESMExports()
  }
})

test('the platforms of prebuilt addons are those that they are built for', () => {
  assert.equal(
    Object.entries(PREBUILT),
    targets.map(({ name, triple }) => {
      const [, system, version] = /(gnu|macos)\.(\d+\.\d+)$/.exec(triple)!
      return [name, `${system === 'gnu' ? 'glibc' : 'macOS'} ${version!.replace('.0', '')} or newer`]
    }),
  )
})

test('doctor --device compares all ops there and on the CPU', async () => {
  const gpu = { name: 'metal', usable: true, description: 'a chip', runs: 0, takenOver: 0 } as const
  const checked = { samples: 2, ofTolerance: 0.01, failures: [] as string[], cpuMs: 1, deviceMs: 0.25 }
  const engineWith = (failures: string[]) => ({
    ...standIn(),
    gpu: () => gpu,
    checkOps: async function* () {
      yield { op: 'linear', ...checked }
      yield { op: 'softmax', ...checked, failures }
    },
  })
  const args = ['doctor', '--device', 'metal']
  const well = await vmm(args, { engine: engineWith([]) })
  assert.is(well.code, 0)
  assert.match(
    well.stdout,
    /^metal: a chip, against the CPU\nok +linear: 2 samples, largest difference 1.0 %/,
  )
  assert.match(well.stdout, /CPU 1.00 ms, device 0.25 ms\n[\s\S]+2 ops, 4 samples: 4 agree, 0 do not\n$/)
  const ill = await vmm(args, { engine: engineWith(['rows: 3 times the tolerance']) })
  assert.is(ill.code, 1)
  assert.match(ill.stdout, /FAILED +softmax: [^\n]+\n +rows: 3 times the tolerance\n[\s\S]+3 agree, 1 do not/)
  const lines = (await vmm([...args, '--json'], { engine: engineWith([]) })).stdout.trim().split('\n')
  assert.equal(
    lines.map((line) => JSON.parse(line).op),
    ['linear', 'softmax'],
  )
  const absent = await vmm(args)
  assert.equal([absent.code, absent.stdout.includes('programs run on the CPU')], [1, true])
  assert.is((await vmm(['doctor', '--device', 'toaster'])).code, 2)
})

test('a terminal gets a bar that goes away, a log gets no more than a line now and then', () => {
  const erase = '\u001b[K'
  for (const [isTTY, expected] of [
    [true, `\rWork [${'#'.repeat(24)}] 2 of 2${erase}\r${erase}`],
    [false, ''],
  ] as const) {
    const written: string[] = []
    const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80 })
    stderr.on('data', (chunk) => written.push(String(chunk)))
    {
      using progress = new Progress('Work', { stderr: screen(stderr, {}), env: {} })
      progress.update(2, 2)
    }
    assert.is(written.join(''), expected)
  }
})

test('what seldom moves is told of at once, and again', () => {
  mock.timers.enable({ apis: ['setInterval'] })
  try {
    for (const [isTTY, tick, expected] of [
      [true, 1000, `\rWork [${'-'.repeat(24)}] 0 of 2\u001b[K`],
      [false, 10_000, 'Work: 0 of 2\n'],
    ] as const) {
      const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80 })
      const written = () => String(stderr.read() ?? '')
      {
        using progress = new Progress('Work', { stderr: screen(stderr, {}), env: {} })
        progress.begin(2)
        assert.is(written(), expected)
        mock.timers.tick(tick)
        assert.is(written(), expected)
        written()
      }
      written()
      mock.timers.tick(2 * tick)
      assert.is(written(), '')
    }
  } finally {
    mock.timers.reset()
  }
})

test('progress', () => {
  assert.is(
    progressText(12_000, 34_343, 500, true),
    ' [########----------------] 12,000 of 34,343, 45 s left',
  )
  assert.is(progressText(10, 10, 500, false), ': 10 of 10')
  assert.is(progressText(0, 1000, 1, false), ': 0 of 1,000, 17 min left')
  assert.is(progressText(5000, undefined, 1234, true), ': 5,000, 1,234 a second')
})

test.run()
