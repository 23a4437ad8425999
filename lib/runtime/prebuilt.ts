/** The platforms that the package brings addons for, and the oldest system of each. */
export const PREBUILT: Readonly<Record<string, string>> = {
  'linux-x64': 'glibc 2.28 or newer',
  'linux-arm64': 'glibc 2.28 or newer',
  'darwin-arm64': 'macOS 14 or newer',
}

/** The same in words. */
export const PREBUILT_TEXT = Object.entries(PREBUILT)
  .map(([platform, system]) => `${platform} (${system})`)
  .join(', ')
