/** A table of formatted numbers; the first cell of a row is its name. */
export interface Rows {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
