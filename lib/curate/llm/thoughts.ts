const [BEGIN, END] = ['<think>', '</think>']

/**
 * An answer without what its model has thought aloud before it: all up to the last `</think>`, where the answer begins
 * with thoughts or with their end alone, as some templates leave it. Thoughts without an end leave nothing.
 */
export function withoutThoughts(text: string): string {
  const begun = text.trimStart().startsWith(BEGIN)
  const [begin, end] = [text.indexOf(BEGIN), text.lastIndexOf(END)]
  if (end < 0) return begun ? '' : text.trim()
  return begun || begin < 0 ? text.slice(end + END.length).trim() : text.trim()
}
