export { openBackend } from './open_backend.ts'
