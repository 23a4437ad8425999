// What must hold of an addon for it to load on other machines than the one that built it.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../metal/paths.ts'
import { FLAT } from './dyld_info.ts'
import { type Elf, readElf } from './elf.ts'
import { type MachO, readMachO } from './mach_o.ts'
import { readSignature } from './signature.ts'
import type { Target } from './targets.ts'

const OLDEST_GLIBC = '2.28'
const OLDEST_MACOS = '14.0'
const EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1']
/**
 * What zig exports of every library, whatever it is told: C++'s operators new and delete, for which macOS takes, all
 * together, those of the first library that has them; and two marks of its own.
 */
const LINKERS_OWN = /^(__Z(n[aw]|d[al])\w+|___dso_handle|__mh_dylib_header)$/
const LIB_SYSTEM = '/usr/lib/libSystem.B.dylib'
/** Apple Silicon maps files by pages of 16 KiB. */
const MACOS_PAGE = 0x4000

type ApiSymbols = { js_native_api_symbols: string[]; node_api_symbols: string[] }
/** The functions of Node-API, by version. The package has no types. */
const { symbols } = createRequire(import.meta.url)('node-api-headers') as { symbols: { v8: ApiSymbols } }
/** What Node 20 has, and every later one. */
const NODE_API = new Set([...symbols.v8.js_native_api_symbols, ...symbols.v8.node_api_symbols])

const ELF = {
  'linux-x64': { machine: 62, loader: 'ld-linux-x86-64.so.2' },
  'linux-arm64': { machine: 183, loader: 'ld-linux-aarch64.so.1' },
}

/** What is wrong with an addon, a line each. None where all is well. */
export function problemsOf(target: Target, bytes: Buffer): string[] {
  try {
    const own = target.name in ELF ? elfProblems(target.name as keyof typeof ELF, bytes) : machProblems(bytes)
    return [...own, ...leakedPaths(bytes), ...(target.metal ? missingKernels(bytes) : [])]
  } catch (error) {
    return [`cannot be read: ${(error as Error).message}`]
  }
}

function elfProblems(name: keyof typeof ELF, bytes: Buffer): string[] {
  const elf = readElf(bytes)
  const { machine, loader } = ELF[name]
  const allowed = new Set(['libc.so.6', 'libm.so.6', 'libpthread.so.0', 'libdl.so.2', loader])
  const versions = [...elf.versions.values()].flat()
  const foreign = versions.filter((version) => !/^GLIBC_[\d.]+$/.test(version))
  const tooNew = versions.filter((version) => isNewer(version.replace('GLIBC_', ''), OLDEST_GLIBC))
  return [
    ...check(elf.machine === machine, `is for machine ${elf.machine}, not ${machine}`),
    ...each('needs', [...elf.needed, ...elf.versions.keys()], (library) => !allowed.has(library)),
    ...each('needs the version', foreign),
    ...each(`needs a newer glibc than ${OLDEST_GLIBC}:`, tooNew),
    ...each('looks for libraries in', elf.searchPaths),
    ...each('finds nowhere', unbound(elf)),
    ...exportProblems(elf.symbols.filter(({ defined }) => defined).map((symbol) => symbol.name)),
    ...check(elf.stays, 'can be unloaded while its threads return: no nodelete'),
    ...check(!elf.executableStack, 'asks for an executable stack'),
  ]
}

/** Symbols that neither glibc nor Node 20 has. Those of glibc have a version. */
function unbound({ symbols }: Elf): string[] {
  return symbols
    .filter(({ defined, weak, version, name }) => !defined && !weak && !version && !NODE_API.has(name))
    .map(({ name }) => name)
}

function machProblems(bytes: Buffer): string[] {
  const file = readMachO(bytes)
  const misplaced = file.segments.filter(
    ({ address, offset }) => address % MACOS_PAGE !== 0 || offset % MACOS_PAGE !== 0,
  )
  return [
    ...check(file.cpu === 0x0100000c, `is for processor 0x${file.cpu.toString(16)}, not arm64`),
    ...check(file.fileType === 6, `is a file of type ${file.fileType}, not a dynamic library`),
    ...check(file.platform === 1, `is for platform ${file.platform}, not macOS`),
    ...check(file.oldest === OLDEST_MACOS, `is for macOS ${file.oldest}, not ${OLDEST_MACOS}`),
    ...check(/^@rpath\/[^/]+$/.test(file.installName), `has the install name ${file.installName}`),
    ...each('loads', file.libraries, (library) => library !== LIB_SYSTEM),
    ...each('looks for libraries in', file.searchPaths),
    ...each(
      'has no whole page for segment',
      misplaced.map(({ name }) => name),
    ),
    ...symbolProblems(file),
    ...exportProblems(file.exports.filter((name) => !LINKERS_OWN.test(name)).map((name) => name.slice(1))),
    ...signatureProblems(bytes, file),
  ]
}

function symbolProblems({ binds, weakBinds, exports }: MachO): string[] {
  const names = (wanted: (from: number) => boolean) =>
    binds.filter(({ from }) => wanted(from)).map(({ name }) => name)
  const system = systemSymbols()
  return [
    ...each(
      'finds nowhere',
      names((from) => from === FLAT),
      (name) => !NODE_API.has(name.replace('_', '')),
    ),
    ...each(
      'asks libSystem for',
      names((from) => from === 1),
      (name) => !system.has(name),
    ),
    ...each(
      'asks an unknown library for',
      names((from) => from !== FLAT && from !== 1),
    ),
    ...each('may be left without', weakBinds, (name) => !exports.includes(name)),
  ]
}

function signatureProblems(bytes: Buffer, { signature }: MachO): string[] {
  if (!signature) return ['is not signed']
  const { adHoc, pageSize, pages, covers, wrongPages, wrongParts } = readSignature(bytes, signature)
  return [
    ...check(adHoc, 'has a signature that is not ad hoc'),
    ...check([0x1000, MACOS_PAGE].includes(pageSize), `has hashes of pages of ${pageSize} bytes`),
    ...check(covers === signature.offset, `is signed up to byte ${covers}, not ${signature.offset}`),
    ...check(pages === Math.ceil(covers / pageSize), `has hashes of ${pages} pages`),
    ...each('has a wrong hash of page', wrongPages),
    ...each('has a wrong hash of part', wrongParts),
    ...check(signature.offset + signature.size === bytes.length, 'goes on after its signature'),
  ]
}

/** What libSystem exports on Apple Silicon, from the list that zig links with. */
function systemSymbols(): Set<string> {
  const path = join(ROOT, 'tools', 'zig', 'node_modules', '@zigc', 'lib', 'libc', 'darwin', 'libSystem.tbd')
  const groups = readFileSync(path, 'utf8').matchAll(
    /targets:\s*\[([^\]]*)\]\s+(?:weak-)?symbols:\s*\[([^\]]*)\]/g,
  )
  return new Set(
    [...groups]
      .filter(([, targets]) => /\barm64e?-macos\b/.test(targets!))
      .flatMap(([, , names]) => names!.split(',').map((name) => name.trim().replaceAll("'", ''))),
  )
}

function exportProblems(names: readonly string[]): string[] {
  return [
    ...each('exports', names, (name) => !EXPORTS.includes(name)),
    ...each('does not export', EXPORTS, (name) => !names.includes(name)),
  ]
}

/** Folders of the machine that built it. */
function leakedPaths(bytes: Buffer): string[] {
  return each('holds the path', [ROOT, `${homedir()}/`], (path) => bytes.includes(path))
}

/** Kernels whose source is not in the addon: by the comment that it begins with, and by its functions. */
export function missingKernels(bytes: Buffer): string[] {
  const folder = join(ROOT, 'kernels')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.metal'))
    .flatMap((name) => {
      const source = readFileSync(join(folder, name), 'utf8')
      const [comment = ''] = /^\/\/.+/m.exec(source) ?? []
      const functions = [...source.matchAll(/\bkernel void \w+/g)].map(([declaration]) => declaration)
      return each(`lacks of ${name}:`, [comment, ...functions], (part) => !bytes.includes(part))
    })
}

function isNewer(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number))
  const at = a!.findIndex((part, i) => part !== (b![i] ?? 0))
  return at >= 0 && a![at]! > (b![at] ?? 0)
}

function check(holds: boolean, problem: string): string[] {
  return holds ? [] : [problem]
}

function each<T extends string | number>(
  problem: string,
  values: readonly T[],
  is = (_: T) => true,
): string[] {
  return [...new Set(values)].filter(is).map((value) => `${problem} ${value}`)
}
