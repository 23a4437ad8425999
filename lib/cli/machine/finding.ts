/** One thing that the commands need. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'missing'
  readonly found: string
  /** What to do, unless all is well. */
  readonly advice?: string
}
