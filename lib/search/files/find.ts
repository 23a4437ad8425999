import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { badArgument, describe, type VmmError } from '../../core/errors.ts'
import { fileError, systemCode } from '../../io/files.ts'

/** Endings of files that are looked for in a folder. */
export const TEXT_FILES = 'adoc,htm,html,jsonl,jsonl.gz,markdown,md,mdx,org,parquet,pdf,rst,text,txt,xhtml'

/** What patterns stand for now. All paths are whole. */
export interface FoundFiles {
  /** In the order of their names. */
  readonly files: readonly string[]
  /** Folders in which a new file could appear. */
  readonly folders: readonly string[]
  /** Files that were named and are not there. */
  readonly missing: readonly string[]
  /** Folders that cannot be read. */
  readonly failures: readonly { readonly path: string; readonly error: VmmError }[]
  /** Whether a path is one that the patterns stand for, be it there or not. */
  covers(path: string): boolean
}

interface Pattern {
  /** Where it is looked for, and how deep. */
  readonly folder: string
  readonly depth: number
  /** Takes a path below the folder. */
  readonly matches: (path: string) => boolean
  /** Whether it names a folder that is left out elsewhere. */
  readonly enters: (name: string) => boolean
}

/**
 * Finds files by their paths, by patterns such as `notes/*.md` with two stars for folders in folders, and the texts in folders
 * that are named. Names that begin with a dot, `node_modules`, and folders behind links are passed over, unless they are named.
 *
 * @param from what patterns are relative to
 * @throws VmmError BAD_ARGUMENT for what is no pattern, NOT_FOUND where the folder of a pattern is missing; the signal's reason
 */
export async function findFiles(
  patterns: readonly string[],
  from: string,
  signal?: AbortSignal,
): Promise<FoundFiles> {
  const files = new Set<string>()
  const folders = new Set<string>()
  const named = new Set<string>()
  const missing: string[] = []
  const failures: { path: string; error: VmmError }[] = []
  const walked: Pattern[] = []
  const { default: picomatch } = await import('picomatch') // programs that find no files do without
  for (const [i, given] of patterns.entries()) {
    if (typeof given !== 'string' || given === '')
      throw badArgument(`patterns[${i}]`, describe(given), 'a path or a pattern such as notes/**/*.md')
    const path = resolve(from, given)
    const found = await stat(path).catch(() => null)
    const pattern = found?.isDirectory()
      ? folderPattern(path, picomatch)
      : found
        ? null
        : globPattern(given, from, picomatch)
    if (pattern !== null) {
      const there = await stat(pattern.folder).catch((error: unknown) => {
        throw fileError(pattern.folder, 'read', error)
      })
      if (!there.isDirectory()) throw fileError(pattern.folder, 'read', new Error('it is no folder'))
      walked.push(pattern)
      continue
    }
    named.add(path)
    folders.add(dirname(path))
    if (found) files.add(path)
    else missing.push(path)
  }
  for (const pattern of walked) await walk(pattern, pattern.folder, 0)
  return {
    files: [...files].sort(),
    folders: [...folders],
    missing,
    failures,
    covers: (path) =>
      named.has(path) ||
      walked.some(({ folder, matches }) => isBelow(path, folder) && matches(relative(folder, path))),
  }

  async function walk(pattern: Pattern, folder: string, depth: number): Promise<void> {
    signal?.throwIfAborted()
    let entries: Dirent[]
    try {
      entries = await readdir(folder, { withFileTypes: true })
    } catch (error) {
      // A folder that has gone meanwhile has no files.
      if (systemCode(error) !== 'ENOENT')
        failures.push({ path: folder, error: fileError(folder, 'read', error) })
      return
    }
    folders.add(folder)
    for (const entry of entries) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (depth < pattern.depth && pattern.enters(entry.name)) await walk(pattern, path, depth + 1)
      } else if (
        pattern.matches(relative(pattern.folder, path)) &&
        (entry.isFile() || (await isLinkedFile(entry, path)))
      )
        files.add(path)
    }
  }
}

type Picomatch = typeof import('picomatch')

function folderPattern(folder: string, picomatch: Picomatch): Pattern {
  const matches = picomatch(`**/*.{${TEXT_FILES}}`, { nocase: true })
  return { folder, depth: Number.POSITIVE_INFINITY, matches, enters: (name) => !isHidden(name) }
}

/** Null for what is no pattern but a path. */
function globPattern(given: string, from: string, picomatch: Picomatch): Pattern | null {
  const { base, glob, isGlob } = picomatch.scan(given)
  if (!isGlob) return null
  const depth = glob.includes('**') ? Number.POSITIVE_INFINITY : glob.split('/').length - 1
  const enters = (name: string) => !isHidden(name) || glob.split('/').includes(name)
  return { folder: resolve(from, base), depth, matches: picomatch(glob), enters }
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules'
}

async function isLinkedFile(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return false
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

/** Whether a path is in a folder, or in one of its folders. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}
