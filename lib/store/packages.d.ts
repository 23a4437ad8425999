// Packages that bring a back end of their own. They are not installed with this one.
declare module 'vector-mamba-store-lance' {
  export const openBackend: import('./backend.ts').OpenBackend
}
declare module 'vector-mamba-store-postgres' {
  export const openBackend: import('./backend.ts').OpenBackend
}
