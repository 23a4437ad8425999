export function isConfigured(folder: string, root: string): boolean
export function removeForeign(folder: string, root: string): void
