/** What two ways of writing one name have in common: its words, without capitals, hyphens and other marks; '' for none. */
export function formKey(form: string): string {
  const words = form
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('’', "'")
    .match(/[\p{L}\p{M}\p{N}+#]+(?:'[\p{L}\p{M}]+)*/gu)
  return words?.join(' ') ?? ''
}
