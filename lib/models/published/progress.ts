/** How far a load is that takes long. */
export interface LoadProgress {
  /** Files are fetched, in bytes; or weights are made for the first time, in numbers. */
  readonly stage: 'download' | 'weights'
  readonly done: number
  readonly total: number
}
