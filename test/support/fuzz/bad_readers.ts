// Readers that fail on every file that was changed, each in its own way: what fuzz.fuzz.ts runs.
import { VmmError } from '../../../lib/core/errors.ts'
import { reader } from './failing_reader.ts'
import { fuzz } from './fuzz.ts'

/** Far more than a process has that reads nothing. */
const LARGE = 2 ** 29
const never = () => new Promise(() => {})

const BELL = '\u0007'

await fuzz(import.meta.url, {
  crash: reader(() => process.abort()),
  exit: reader(() => process.exit(0)),
  untyped: reader(() => {
    throw new RangeError('beyond')
  }),
  code: reader(() => {
    throw new VmmError('BAD_ARGUMENT', 'x')
  }),
  control: reader(() => {
    const error = new VmmError('BAD_FILE', 'x')
    error.message = BELL
    throw error
  }),
  // Given back before the answer, and kept without one.
  memory: reader(() => Buffer.alloc(LARGE, 1)),
  'kept memory': reader(async () => {
    const kept = Buffer.alloc(LARGE, 1)
    await never()
    return kept
  }),
  refused: reader(() => {
    throw new VmmError('BAD_FILE', 'x')
  }),
})
