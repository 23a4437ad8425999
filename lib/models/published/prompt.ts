import { check, describe, VmmError } from '../../core/errors.ts'
import type { PublishedModules } from './modules.ts'

/** A text that stands before every other one: by its name in the model's files, or as it is. */
export type Prompt = string | { readonly text: string }

/** What stands before each text. Throws VmmError BAD_ARGUMENT for a prompt that the model does not have. */
export function promptText(
  prompt: Prompt | undefined,
  { prompts, defaultPrompt }: Pick<PublishedModules, 'prompts' | 'defaultPrompt'>,
): string {
  if (prompt === undefined) return defaultPrompt === undefined ? '' : prompts[defaultPrompt]!
  if (typeof prompt === 'object' && prompt !== null) {
    check(typeof prompt.text === 'string', 'prompt.text', prompt.text, 'a text')
    return prompt.text
  }
  check(typeof prompt === 'string', 'prompt', prompt, 'the name of a prompt, or { text }')
  for (const name of [prompt, `${prompt}_query`]) if (Object.hasOwn(prompts, name)) return prompts[name]!
  const names = Object.keys(prompts)
  const known =
    names.length > 0 ? names.join(', ') : 'none: this model has no prompts; { text } puts one of yours'
  throw new VmmError('BAD_ARGUMENT', `prompt: got ${describe(prompt)}; expected ${known}`, {
    argument: 'prompt',
  })
}
