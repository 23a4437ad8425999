/** KiB of V8's stack, which programs in WebAssembly share; Linux and macOS give 8 MiB. */
const STACK = 3000
/** MiB of JavaScript objects; memory of WebAssembly is none of them. */
const HEAP = 256

/**
 * Flags with which Node may read some folders and nothing else, write nothing, and start neither processes nor threads.
 *
 * @param known Node's own flags: the newer one, or that of Node 20
 */
export function permissionFlags(
  folders: readonly string[],
  known: ReadonlySet<string> = process.allowedNodeEnvironmentFlags,
): string[] {
  return [
    known.has('--permission') ? '--permission' : '--experimental-permission',
    ...folders.map((folder) => `--allow-fs-read=${folder}`),
    '--no-warnings',
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${HEAP}`,
    ...(process.platform === 'win32' ? [] : [`--stack-size=${STACK}`]),
  ]
}
