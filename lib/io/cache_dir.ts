import { homedir } from 'node:os'
import { isAbsolute, join, posix, resolve, win32 } from 'node:path'

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
