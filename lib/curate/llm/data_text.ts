import { createHash } from 'node:crypto'
import { escapeMarks } from '../../core/control_marks.ts'

/** What templates of models take for the end of a message or the begin of another one: `<|im_end|>`, `[INST]`, `</s>`, … */
const TEMPLATE_MARKS =
  /<(?=\|)|<(?=\/?(?:s|bos|eos|think|start_of_turn|end_of_turn|tool_call)>)|<(?=<\/?SYS>>)|\[(?=\/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS|AVAILABLE_TOOLS)\])/gi
const LONGEST_NAME = 200

/**
 * A text of others between two lines that it cannot hold itself, as their names come from its hash. Marks that templates of
 * models act on are taken apart, and control characters are shown.
 *
 * @returns the text between its lines, and the word that both lines have
 */
export function fenced(text: string): { readonly block: string; readonly fence: string } {
  const fence = `TEXT-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
  return { block: `<<<${fence}\n${harmless(text)}\n${fence}>>>`, fence }
}

/** A name of others for a prompt: on one line, in quotes, 200 characters of it at most. */
export function quoted(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim()
  return JSON.stringify(harmless(line.length > LONGEST_NAME ? `${line.slice(0, LONGEST_NAME)}…` : line))
}

/** Half a surrogate pair becomes U+FFFD, as services take no other text. */
function harmless(text: string): string {
  return escapeMarks(Buffer.from(text).toString()).replace(TEMPLATE_MARKS, '$& ')
}
