// All that can be trained: a line each, sorted.
export { trainable as corrector } from './corrector/trainable.ts'
export { trainable as inverter } from './inverter/trainable.ts'
export { trainable as lm } from './lm/trainable.ts'
export { trainable as predictor } from './predictor/trainable.ts'
export { trainable as selfCritical } from './self_critical/trainable.ts'
export { trainable as surrogate } from './surrogate/trainable.ts'
export { trainable as vec2text } from './vec2text/trainable.ts'
