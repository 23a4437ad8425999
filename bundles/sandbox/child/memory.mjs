// @ts-check

const MEMORY_SECTION = 5

/**
 * A WebAssembly module with another maximum of its memory.
 *
 * @param {Uint8Array} module with one memory of its own
 * @param {number} pages of 64 KiB
 */
export function withMemoryCap(module, pages) {
  for (let at = 8; at < module.length; ) {
    const id = module[at]
    const size = readNumber(module, at + 1)
    const end = size.end + size.value
    if (id === MEMORY_SECTION) {
      const count = readNumber(module, size.end)
      const initial = readNumber(module, count.end + 1)
      const content = [
        1,
        /** @type {number} */ (module[count.end]) | 1,
        ...number(initial.value),
        ...number(pages),
      ]
      const section = [MEMORY_SECTION, ...number(content.length), ...content]
      return Buffer.concat([module.subarray(0, at), Uint8Array.from(section), module.subarray(end)])
    }
    at = end
  }
  throw new Error('the module has no memory of its own')
}

/** LEB128. @param {Uint8Array} bytes @param {number} at */
function readNumber(bytes, at) {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = /** @type {number} */ (bytes[at++])
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return { value, end: at }
  }
}

/** @param {number} value @returns {number[]} */
function number(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...number(Math.floor(value / 128))]
}
