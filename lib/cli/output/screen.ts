import { escapeMarks } from '../../core/control_marks.ts'
import { type CliContext, isStyled, type OutputStream, type TextStream } from '../context.ts'

/** What `styles` puts around a text. In what is shown they can do no more than that: bold, dim, and neither. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const STYLES = /(\u001b\[(?:1|2|22)m)/
const COLUMNS = 80

/**
 * A stream of the process on which no text moves the cursor, changes colours or turns the direction of writing, wherever
 * it comes from: files, models, names, messages of other programs.
 */
export function screen(stream: OutputStream, env: CliContext['env']): TextStream {
  const styled = isStyled(stream, env)
  const safe = (text: string): string =>
    styled
      ? text
          .split(STYLES)
          .map((part, i) => (i % 2 === 1 ? part : escapeMarks(part)))
          .join('')
      : escapeMarks(text)
  return {
    isTTY: Boolean(stream.isTTY),
    get errored() {
      return stream.errored
    },
    write: (chunk) => stream.write(typeof chunk === 'string' ? safe(chunk) : chunk),
    on: (event, listener) => stream.on(event, listener),
    off: (event, listener) => stream.off(event, listener),
    redraw: (line) => {
      stream.write(`\r${escapeMarks(line).slice(0, (stream.columns ?? COLUMNS) - 1)}\u001b[K`)
    },
  }
}
