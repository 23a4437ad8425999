// What macOS's dynamic linker reads in a 64-bit Mach-O library of one architecture.
import { cString } from './c_string.ts'
import { type Bind, readBinds, readExports } from './dyld_info.ts'

export interface Segment {
  readonly name: string
  readonly address: number
  readonly offset: number
}

export interface MachO {
  /** CPU_TYPE_ARM64 is 0x0100000c. */
  readonly cpu: number
  /** MH_DYLIB is 6. */
  readonly fileType: number
  readonly installName: string
  readonly libraries: readonly string[]
  readonly searchPaths: readonly string[]
  /** 1 is macOS. */
  readonly platform: number
  /** The oldest system, such as 14.0. */
  readonly oldest: string
  readonly segments: readonly Segment[]
  readonly binds: readonly Bind[]
  /** Symbols that another library's may replace, such as C++'s operator new. */
  readonly weakBinds: readonly string[]
  readonly exports: readonly string[]
  /** Where the code signature lies, or null where there is none. */
  readonly signature: { readonly offset: number; readonly size: number } | null
}

const LC = {
  loadDylib: 0xc,
  idDylib: 0xd,
  segment64: 0x19,
  codeSignature: 0x1d,
  lazyDylib: 0x20,
  dyldInfo: 0x22,
  buildVersion: 0x32,
  loadWeakDylib: 0x80000018,
  rpath: 0x8000001c,
  reexportDylib: 0x8000001f,
  upwardDylib: 0x80000023,
  dyldInfoOnly: 0x80000022,
}
const LIBRARIES = [LC.loadDylib, LC.lazyDylib, LC.loadWeakDylib, LC.reexportDylib, LC.upwardDylib]

interface Command {
  readonly kind: number
  readonly at: number
}

/** Throws an Error for bytes that are no such file, or where a table lies outside it. */
export function readMachO(bytes: Buffer): MachO {
  if (bytes.readUInt32LE(0) !== 0xfeedfacf) throw new Error('no 64-bit Mach-O file of one architecture')
  const commands = readCommands(bytes)
  const all = (...kinds: number[]): Command[] => commands.filter(({ kind }) => kinds.includes(kind))
  const one = (name: string, ...kinds: number[]): number => {
    const [found, second] = all(...kinds)
    if (!found || second) throw new Error(`${found ? 'more than one' : 'no'} load command ${name}`)
    return found.at
  }
  // The name of a dylib and a search path have their offset at the same place.
  const nameAt = (at: number): string => cString(bytes, at + bytes.readUInt32LE(at + 8))
  const version = one('LC_BUILD_VERSION', LC.buildVersion)
  const info = one('LC_DYLD_INFO', LC.dyldInfo, LC.dyldInfoOnly)
  const table = (field: number): Buffer => {
    const start = bytes.readUInt32LE(info + field)
    return bytes.subarray(start, start + bytes.readUInt32LE(info + field + 4))
  }
  const [signature] = all(LC.codeSignature)
  return {
    cpu: bytes.readUInt32LE(4),
    fileType: bytes.readUInt32LE(12),
    installName: nameAt(one('LC_ID_DYLIB', LC.idDylib)),
    libraries: all(...LIBRARIES).map(({ at }) => nameAt(at)),
    searchPaths: all(LC.rpath).map(({ at }) => nameAt(at)),
    platform: bytes.readUInt32LE(version + 8),
    oldest: versionText(bytes.readUInt32LE(version + 12)),
    segments: all(LC.segment64).map(({ at }) => ({
      name: cString(bytes, at + 8),
      address: Number(bytes.readBigUInt64LE(at + 24)),
      offset: Number(bytes.readBigUInt64LE(at + 40)),
    })),
    binds: [...readBinds(table(16)), ...readBinds(table(32))],
    weakBinds: readBinds(table(24)).map(({ name }) => name),
    exports: readExports(table(40)),
    signature: signature
      ? { offset: bytes.readUInt32LE(signature.at + 8), size: bytes.readUInt32LE(signature.at + 12) }
      : null,
  }
}

function readCommands(bytes: Buffer): Command[] {
  let at = 32
  return Array.from({ length: bytes.readUInt32LE(16) }, () => {
    const command = { kind: bytes.readUInt32LE(at), at }
    at += bytes.readUInt32LE(at + 4)
    return command
  })
}

function versionText(packed: number): string {
  return `${packed >>> 16}.${(packed >>> 8) & 0xff}`
}
