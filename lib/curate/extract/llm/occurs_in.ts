import { formKey } from '../../candidates/form_key.ts'

/** Scripts that are written without spaces between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u

/** Tells whether a text has a name, whatever its capitals and marks, in the singular or the plural. */
export function occursIn(text: string): (name: string) => boolean {
  const words = wordsOf(text)
  const letters = formKey(text).replaceAll(' ', '')
  return (name) => {
    const wanted = wordsOf(name)
    if (wanted === '  ') return false
    return (
      words.includes(wanted) || (UNSPACED.test(name) && letters.includes(formKey(name).replaceAll(' ', '')))
    )
  }
}

/** The words of a text in the singular, each between spaces. */
function wordsOf(text: string): string {
  return ` ${formKey(text).split(' ').map(singular).join(' ')} `
}

function singular(word: string): string {
  if (/..ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ch|sh|[sxz])es$/.test(word)) return word.slice(0, -2)
  return /..[^su]s$/.test(word) ? word.slice(0, -1) : word
}
