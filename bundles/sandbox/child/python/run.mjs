// @ts-check
import { TooMuchOutput } from '../output.mjs'
import { harnessDevice } from './device.mjs'
import { capFiles } from './files.mjs'

/** Of a program's own files, in all. */
const FILES_BYTES = 16 << 20
const EROFS = 69

const ENVIRONMENT = {
  HOME: '/program',
  USER: 'python',
  LOGNAME: 'python',
  PYTHONHOME: '/',
  PYTHONPATH: '/lib/site:/lib/python313.zip',
  PYTHONHASHSEED: '0',
  PYTHONDONTWRITEBYTECODE: '1',
  // The interpreter says that the program has ended where it would go on interactively.
  PYTHON_BASIC_REPL: '1',
}

/**
 * Runs a program in an interpreter and a file system of its own.
 *
 * @param {import('./open.mjs').Opened} opened
 * @param {import('../main.mjs').Job} job
 * @param {import('../output.mjs').Output} output
 * @returns {Promise<import('../main.mjs').Ended>}
 */
export async function runPython(opened, job, output) {
  const limits = { memory: false, files: false }
  const python = await instantiate(opened, job.stdin, () => {
    limits.memory = true
  })
  const { FS } = python
  const staged = job.prelude !== null || job.tests !== null
  const device = harnessDevice({
    harness: opened.harness,
    prelude: job.prelude ?? '',
    tests: job.tests ?? '',
    report: output.report,
  })
  FS.mkdirTree('/lib/site')
  shareFile(FS, '/lib/python313.zip', opened.library)
  if (staged) {
    FS.writeFile('/lib/site/sitecustomize.py', opened.sitecustomize)
    device.mount(FS)
  }
  for (const [path, text] of Object.entries({ ...job.files, 'program.py': job.program })) {
    const file = `/program/${path}`
    FS.mkdirTree(file.slice(0, file.lastIndexOf('/')))
    FS.writeFile(file, text)
  }
  FS.chdir('/program')
  writeTo(FS, '/dev/stdout', (chunk) => output.write('stdout', chunk))
  writeTo(FS, '/dev/stderr', (chunk) => output.write('stderr', chunk))
  capFiles(FS, FILES_BYTES, () => {
    limits.files = true
  })

  /** @type {number | null} */
  let status
  try {
    status = python.callMain([...(staged ? ['-i'] : []), '/program/program.py'])
  } catch (error) {
    if (error instanceof TooMuchOutput)
      return { status: 'output', exitCode: null, why: 'more output than is allowed' }
    // What is none of its own ways to exit is a trap, such as an overflow of its stack.
    if (typeof (/** @type {any} */ (error)?.status) !== 'number')
      return {
        status: limits.memory ? 'memory' : 'crashed',
        exitCode: null,
        why: String(error).slice(0, 200),
      }
    status = /** @type {any} */ (error).status
  }
  if (staged && device.ended() === null)
    return { status: 'error', exitCode: status, why: 'the interpreter ended before the tests did' }
  const exitCode = staged ? device.ended() : status
  if (exitCode === 0) return { status: 'ok', exitCode, why: null }
  if (limits.memory) return { status: 'memory', exitCode, why: 'more memory than is allowed' }
  return { status: 'error', exitCode, why: limits.files ? 'more bytes in files than are allowed' : null }
}

/** @param {import('./open.mjs').Opened} opened @param {string} input @param {() => void} refused called when memory was */
function instantiate(opened, input, refused) {
  const stdin = Buffer.from(input)
  let taken = 0
  return opened.instantiate({
    noInitialRun: true,
    thisProgram: 'python3',
    preRun: [(/** @type {any} */ { ENV }) => Object.assign(ENV, ENVIRONMENT)],
    stdin: () => stdin[taken++] ?? null,
    // What is written is taken in chunks, below.
    stdout: () => {},
    stderr: () => {},
    quit: (/** @type {number} */ _, /** @type {unknown} */ exit) => {
      throw exit
    },
    instantiateWasm: (/** @type {any} */ imports, /** @type {any} */ done) => {
      const { emscripten_resize_heap: grow } = imports.env
      imports.env.emscripten_resize_heap = (/** @type {number} */ size) => grow(size) || refused() || 0
      const instance = new WebAssembly.Instance(opened.module, imports)
      done(instance, opened.module)
      return instance.exports
    },
  })
}

/** A file that all runs share, so that none may write to it. @param {any} FS @param {string} path @param {Uint8Array} bytes */
function shareFile(FS, path, bytes) {
  FS.writeFile(path, bytes, { canOwn: true })
  const { node } = FS.lookupPath(path)
  const write = () => {
    throw new FS.ErrnoError(EROFS)
  }
  node.stream_ops = { ...node.stream_ops, write }
}

/** Takes what is written to a device in whole chunks. @param {any} FS @param {string} path @param {(chunk: Uint8Array) => void} take */
function writeTo(FS, path, take) {
  /** @param {unknown} _ @param {Uint8Array} buffer @param {number} offset @param {number} length */
  const write = (_, buffer, offset, length) => {
    take(new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length))
    return length
  }
  const { rdev } = FS.lookupPath(path, { follow: true }).node
  FS.getDevice(rdev).stream_ops.write = write
}
