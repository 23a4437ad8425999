import { homedir } from 'node:os'
import { dirname, isAbsolute, join, posix, resolve, win32 } from 'node:path'
import { VmmError } from '../core/errors.ts'
import { systemCode } from './files.ts'

const NAME = 'vector-mamba'

/**
 * The folder for what is converted or built once and can be made again. It is not created here.
 *
 * In this order: VMM_CACHE_DIR as it is; `vector-mamba` below an absolute XDG_CACHE_HOME (not on Windows);
 * below `~/Library/Caches` on macOS, LOCALAPPDATA on Windows, `~/.cache` elsewhere.
 *
 * @param env, platform, home default to those of this process
 */
export function cacheDirectory(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env.VMM_CACHE_DIR) return resolve(env.VMM_CACHE_DIR)
  if (platform === 'win32')
    return win32.join(env.LOCALAPPDATA || win32.join(home, 'AppData', 'Local'), NAME, 'Cache')
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, NAME)
  return platform === 'darwin'
    ? posix.join(home, 'Library', 'Caches', NAME)
    : posix.join(home, '.cache', NAME)
}

/** What the system answers where nothing can be written. */
const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ENOSPC', 'EDQUOT']

/** An error of making a folder of the cache, with what to do where the cache cannot be written; others as they are. */
export function cacheError(folder: string, error: unknown): unknown {
  const cause = error instanceof VmmError ? error.cause : error
  const parent = dirname(folder)
  const { path = parent } = (cause ?? {}) as NodeJS.ErrnoException
  const inCache = path.startsWith(parent) || parent.startsWith(path)
  if (!inCache || !UNWRITABLE.includes(systemCode(cause) ?? '')) return error
  const advice = 'the environment variable VMM_CACHE_DIR names another folder for the cache'
  const code = error instanceof VmmError ? error.code : 'BAD_FILE'
  return new VmmError(code, `${(error as Error).message}; ${advice}`, { cause })
}
