export function transpile(): Promise<string[]>
