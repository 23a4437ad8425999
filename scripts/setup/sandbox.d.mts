/** The folder of the package that brings them. */
export const SANDBOX: string

/** Files that are to be brought: their paths in that folder, and where in tools/sandbox/node_modules they come from. */
export function missingFiles(): readonly {
  readonly path: string
  readonly from: string
  readonly sha256: string
}[]

export function sha256(bytes: Uint8Array): string
