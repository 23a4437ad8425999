import { VmmError } from '../runtime/errors.ts'
import type { Engine } from './engine.ts'

const unsupported = (): never => {
  throw new VmmError('UNSUPPORTED', 'this build has no native engine')
}

/** The engine that the commands run on. */
export const nativeEngine: Engine = {
  loadModel: unsupported,
  mapRows: unsupported,
  info: unsupported,
}
