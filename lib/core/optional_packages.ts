import { VmmError } from './errors.ts'

/**
 * Packages that this one names but does not install, as `load` imports them.
 *
 * @param need what needs them, and the command that installs them: the message where one is missing
 * @throws VmmError UNSUPPORTED when one is not installed
 */
export function optionalPackages<P>(load: () => Promise<P>, need: string): Promise<P> {
  return load().catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException | null)?.code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new VmmError('UNSUPPORTED', need, { cause })
  })
}
