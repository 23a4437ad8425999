// @ts-check
import { randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { withMemoryCap } from '../memory.mjs'
import { TooMuchOutput } from '../output.mjs'
import { harnessDevice } from './device.mjs'
import { capFiles } from './files.mjs'

const PAGE = 65536
const FILES_BYTES = 16 << 20
const EROFS = 69

const ENVIRONMENT = {
  HOME: '/work',
  USER: 'python',
  LOGNAME: 'python',
  PYTHONHOME: '/',
  PYTHONPATH: '/lib/site:/lib/python313.zip',
  PYTHONHASHSEED: '0',
  PYTHONDONTWRITEBYTECODE: '1',
  // The interpreter says that the program has ended where it would go on interactively.
  PYTHON_BASIC_REPL: '1',
}

/** @param {string} path */
const read = (path) => readFileSync(new URL(path, import.meta.url))

/** The glue gets no `require`, no process and no network: it asks for nothing else of Node's. @param {string} name */
function require(name) {
  if (name === 'node:crypto')
    return { randomFillSync: (/** @type {Uint8Array} */ bytes) => randomFillSync(bytes) }
  if (name === 'node:fs') return {}
  throw new Error(name)
}

/** What is made once in a process: the module, compiled, and the standard library. */
export function openPython() {
  const wasm = read('../../python/python.wasm')
  const zip = read('../../python/python313.zip')
  const sitecustomize = read('sitecustomize.py')
  const harness = read('harness.py')
  const module = { exports: /** @type {any} */ ({}) }
  const names = ['require', 'module', 'exports', '__filename', '__dirname', 'process', 'fetch', 'WebSocket']
  vm.compileFunction(read('../../python/python.cjs').toString(), names)(
    require,
    module,
    module.exports,
    '/python.cjs',
    '/',
    { versions: { node: process.versions.node }, argv: [] },
    undefined,
    undefined,
  )
  /** @type {Map<number, WebAssembly.Module>} */
  const compiled = new Map()
  /** @param {number} pages */
  const capped = (pages) => {
    const made = compiled.get(pages) ?? new WebAssembly.Module(withMemoryCap(wasm, pages))
    compiled.set(pages, made)
    return made
  }

  /**
   * Runs a program in an interpreter and a file system of its own.
   *
   * @param {import('../main.mjs').Job} job
   * @param {ReturnType<typeof import('../output.mjs').outputOf>} output
   */
  return async function run(job, output) {
    const wasmModule = capped(Math.floor(job.memoryBytes / PAGE))
    const state = { status: /** @type {number | null} */ (null), memory: false, files: false }
    const staged = job.prelude !== null || job.tests !== null
    const device = harnessDevice({
      harness,
      prelude: job.prelude ?? '',
      tests: job.tests ?? '',
      report: output.report,
    })
    const stdin = Buffer.from(job.stdin)
    let taken = 0
    const python = await module.exports({
      noInitialRun: true,
      thisProgram: 'python3',
      preRun: [(/** @type {any} */ { ENV }) => Object.assign(ENV, ENVIRONMENT)],
      stdin: () => stdin[taken++] ?? null,
      stdout: () => {},
      stderr: () => {},
      quit: (/** @type {number} */ status, /** @type {unknown} */ exit) => {
        state.status = status
        throw exit
      },
      instantiateWasm: (/** @type {any} */ imports, /** @type {any} */ done) => {
        const grow = imports.env.emscripten_resize_heap
        imports.env.emscripten_resize_heap = (/** @type {number} */ size) => {
          const grown = grow(size)
          state.memory ||= !grown
          return grown
        }
        const instance = new WebAssembly.Instance(wasmModule, imports)
        done(instance, wasmModule)
        return instance.exports
      },
    })
    const { FS } = python
    FS.mkdirTree('/lib/site')
    shareFile(FS, '/lib/python313.zip', zip)
    FS.mkdirTree('/work')
    for (const [path, text] of Object.entries(job.files)) {
      const file = `/work/${path}`
      FS.mkdirTree(file.slice(0, file.lastIndexOf('/')))
      FS.writeFile(file, text)
    }
    FS.writeFile('/work/program.py', job.program)
    if (staged) {
      FS.writeFile('/lib/site/sitecustomize.py', sitecustomize)
      device.mount(FS)
    }
    writeTo(FS, '/dev/stdout', (chunk) => output.write('stdout', chunk))
    writeTo(FS, '/dev/stderr', (chunk) => output.write('stderr', chunk))
    FS.chdir('/work')
    capFiles(FS, FILES_BYTES, () => {
      state.files = true
    })
    try {
      state.status = python.callMain([...(staged ? ['-i'] : []), '/work/program.py'])
    } catch (error) {
      if (error instanceof TooMuchOutput)
        return { status: 'output', exitCode: null, why: 'more output than is allowed' }
      if (state.status === null || error instanceof WebAssembly.RuntimeError || error instanceof RangeError)
        return {
          status: state.memory ? 'memory' : 'crashed',
          exitCode: null,
          why: String(error).slice(0, 200),
        }
    }
    const ended = device.ended()
    if (staged && ended === null)
      return {
        status: 'error',
        exitCode: state.status,
        why: 'the program ended the interpreter before its tests ended',
      }
    const exitCode = staged ? ended : state.status
    if (exitCode === 0) return { status: 'ok', exitCode, why: null }
    if (state.memory) return { status: 'memory', exitCode, why: 'more memory than is allowed' }
    return { status: 'error', exitCode, why: state.files ? 'more bytes in files than are allowed' : null }
  }
}

/** A file that all runs share, so that none may write to it. @param {any} FS @param {string} path @param {Uint8Array} bytes */
function shareFile(FS, path, bytes) {
  FS.writeFile(path, bytes, { canOwn: true })
  const { node } = FS.lookupPath(path)
  node.stream_ops = {
    ...node.stream_ops,
    write: () => {
      throw new FS.ErrnoError(EROFS)
    },
  }
}

/** Takes what is written to a device in whole chunks. @param {any} FS @param {string} path @param {(chunk: Uint8Array) => void} take */
function writeTo(FS, path, take) {
  const { rdev } = FS.lookupPath(path, { follow: true }).node
  FS.getDevice(rdev).stream_ops.write = (
    /** @type {unknown} */ _stream,
    /** @type {Uint8Array} */ buffer,
    /** @type {number} */ offset,
    /** @type {number} */ length,
  ) => {
    take(new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length))
    return length
  }
}
