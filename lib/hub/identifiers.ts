import { check } from '../core/errors.ts'
import { HubError } from './errors.ts'

/** `owner/name`, by the hub's own rules: nothing that could be another folder, nor another repository's. */
const REPOSITORY = /^[A-Za-z0-9_][\w.-]*\/[\w][\w.-]*$/
const LONGEST_REPOSITORY = 96
const REVISION = /^[\w][\w./+@-]{0,254}$/

/** Whether a text can name a repository. */
export function isRepository(name: string): boolean {
  return REPOSITORY.test(name) && name.length <= LONGEST_REPOSITORY && !/--|\.\.|[-.](\/|$)|\.git$/.test(name)
}

/** Throws VmmError BAD_ARGUMENT for what can be no repository. */
export function checkRepository(name: string): void {
  const ok = typeof name === 'string' && isRepository(name)
  check(ok, 'repository', name, 'owner/name, as sentence-transformers/all-MiniLM-L6-v2')
}

/** Throws VmmError BAD_ARGUMENT for what can be no branch, tag or commit. */
export function checkRevision(revision: string): void {
  const ok = typeof revision === 'string' && REVISION.test(revision) && isInside(revision)
  check(ok, 'revision', revision, 'a branch, a tag or a commit')
}

/** Whether a revision is a commit, whose files never change. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision)
}

/** Whether a path of a listing stays below the folder that it is put into, on every system. */
export function isInside(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (path === '' || /[\\\u0000-\u001f\u007f]|^[A-Za-z]:/.test(path)) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

/** Throws HubError for a path that leaves the folder that it is put into. */
export function checkInside(path: unknown, where: string): asserts path is string {
  if (typeof path === 'string' && isInside(path)) return
  const shown = typeof path === 'string' ? JSON.stringify(path) : typeof path
  throw new HubError('listing', `${where}: ${shown} is no path below its folder`)
}
