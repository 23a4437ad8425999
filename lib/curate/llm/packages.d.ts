// Part of node-llama-cpp, which has some hundred MB and is not installed to work on this package.
declare module 'node-llama-cpp' {
  type Package = import('./gguf.ts').NodeLlamaCpp
  export const getLlama: Package['getLlama']
  export const LlamaChatSession: Package['LlamaChatSession']
}
