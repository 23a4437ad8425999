// What the dynamic linker reads in a 64-bit little-endian ELF library, by its section headers.
import { cString } from './c_string.ts'

export interface ElfSymbol {
  readonly name: string
  readonly defined: boolean
  readonly weak: boolean
  /** That it is bound to, such as GLIBC_2.17. Empty where it has none. */
  readonly version: string
}

export interface Elf {
  /** EM_X86_64 is 62, EM_AARCH64 183. */
  readonly machine: number
  readonly needed: readonly string[]
  /** Folders that the library has its dependencies looked up in. */
  readonly searchPaths: readonly string[]
  /** DF_1_NODELETE: it stays when it is closed. */
  readonly stays: boolean
  readonly executableStack: boolean
  /** Versions that the library asks for, by the library that has to have them. */
  readonly versions: ReadonlyMap<string, readonly string[]>
  readonly symbols: readonly ElfSymbol[]
}

const PT_GNU_STACK = 0x6474e551
const SHT_DYNAMIC = 6
const SHT_DYNSYM = 11
const SHT_GNU_VERNEED = 0x6ffffffe
const SHT_GNU_VERSYM = 0x6fffffff
const DT = { needed: 1, rpath: 15, runpath: 29, flags1: 0x6ffffffb }
const DF_1_NODELETE = 8
const STB_WEAK = 2

interface Section {
  readonly offset: number
  readonly size: number
  readonly link: number
}

/** Throws an Error for bytes that are no such file, or where a table lies outside it. */
export function readElf(bytes: Buffer): Elf {
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1)
    throw new Error('no 64-bit little-endian ELF file')
  const sections = readSections(bytes)
  const one = (type: number): Section => {
    const found = sections.find((section) => section.type === type)
    if (!found) throw new Error(`no section of type 0x${type.toString(16)}`)
    return found
  }
  const dynamic = readDynamic(bytes, one(SHT_DYNAMIC))
  const { files, names } = readVersions(bytes, sections, one(SHT_GNU_VERNEED))
  const strings = sections[one(SHT_DYNAMIC).link]!
  const texts = (tag: number): string[] =>
    dynamic.filter((entry) => entry.tag === tag).map(({ value }) => cString(bytes, strings.offset + value))
  const flags = dynamic.find(({ tag }) => tag === DT.flags1)?.value ?? 0
  return {
    machine: bytes.readUInt16LE(18),
    needed: texts(DT.needed),
    searchPaths: [...texts(DT.rpath), ...texts(DT.runpath)],
    stays: (flags & DF_1_NODELETE) !== 0,
    executableStack: hasExecutableStack(bytes),
    versions: files,
    symbols: readSymbols(bytes, sections, one(SHT_DYNSYM), one(SHT_GNU_VERSYM), names),
  }
}

function readSections(bytes: Buffer): (Section & { type: number })[] {
  const start = Number(bytes.readBigUInt64LE(40))
  const [size, count] = [bytes.readUInt16LE(58), bytes.readUInt16LE(60)]
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * size
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 24)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
      link: bytes.readUInt32LE(at + 40),
    }
  })
}

function hasExecutableStack(bytes: Buffer): boolean {
  const start = Number(bytes.readBigUInt64LE(32))
  const [size, count] = [bytes.readUInt16LE(54), bytes.readUInt16LE(56)]
  for (let i = 0; i < count; i++) {
    const at = start + i * size
    if (bytes.readUInt32LE(at) === PT_GNU_STACK) return (bytes.readUInt32LE(at + 4) & 1) !== 0
  }
  // Without a word on it, the loader takes the worst.
  return true
}

function readDynamic(bytes: Buffer, section: Section): { tag: number; value: number }[] {
  return Array.from({ length: section.size / 16 }, (_, i) => ({
    tag: Number(bytes.readBigUInt64LE(section.offset + 16 * i)),
    value: Number(bytes.readBigUInt64LE(section.offset + 16 * i + 8)),
  }))
}

function readVersions(bytes: Buffer, sections: readonly Section[], section: Section) {
  const strings = sections[section.link]!.offset
  const files = new Map<string, string[]>()
  const names = new Map<number, string>()
  for (let at = section.offset, next = -1; next !== 0; at += next) {
    const versions: string[] = []
    files.set(cString(bytes, strings + bytes.readUInt32LE(at + 4)), versions)
    let entry = at + bytes.readUInt32LE(at + 8)
    for (let i = bytes.readUInt16LE(at + 2); i > 0; i--) {
      const name = cString(bytes, strings + bytes.readUInt32LE(entry + 8))
      versions.push(name)
      names.set(bytes.readUInt16LE(entry + 6), name)
      entry += bytes.readUInt32LE(entry + 12)
    }
    next = bytes.readUInt32LE(at + 12)
  }
  return { files, names }
}

function readSymbols(
  bytes: Buffer,
  sections: readonly Section[],
  table: Section,
  versions: Section,
  names: ReadonlyMap<number, string>,
): ElfSymbol[] {
  const strings = sections[table.link]!.offset
  const all = Array.from({ length: table.size / 24 }, (_, i) => {
    const at = table.offset + 24 * i
    return {
      name: cString(bytes, strings + bytes.readUInt32LE(at)),
      defined: bytes.readUInt16LE(at + 6) !== 0,
      weak: bytes[at + 4]! >> 4 === STB_WEAK,
      version: names.get(bytes.readUInt16LE(versions.offset + 2 * i) & 0x7fff) ?? '',
    }
  })
  return all.filter(({ name }) => name !== '')
}
