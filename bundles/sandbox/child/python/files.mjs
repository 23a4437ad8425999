// @ts-check

const ENOSPC = 51
/** What a name costs, about. */
const NAME_BYTES = 512

/**
 * Bounds what a program keeps in files and pipes: they are in JavaScript's memory, where wasm's cap does not reach.
 *
 * @param {any} FS Emscripten's file system
 * @param {number} bytes
 * @param {() => void} refused called when it was more
 */
export function capFiles(FS, bytes, refused) {
  let kept = 0
  /** @param {number} more */
  const count = (more) => {
    kept += Math.max(0, more)
    if (kept <= bytes) return
    refused()
    throw new FS.ErrnoError(ENOSPC)
  }
  const { write, doTruncate, mknod } = FS
  /** @param {any[]} args */
  FS.write = (...args) => {
    const [stream, , , length, position] = args
    // A device keeps nothing. A file becomes as long as its last position, however little is written there.
    if (!FS.isChrdev(stream.node.mode))
      count((position ?? stream.position) + length > bytes ? bytes + length : length)
    return write.apply(FS, args)
  }
  /** @param {any[]} args */
  FS.doTruncate = (...args) => {
    count(args[2])
    return doTruncate.apply(FS, args)
  }
  /** @param {any[]} args */
  FS.mknod = (...args) => {
    count(NAME_BYTES)
    return mknod.apply(FS, args)
  }
}
