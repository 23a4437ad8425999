/** Endings of inflected English words and what their base forms end with, as morphy(7WN) has them. */
const ENDINGS: readonly (readonly [ending: string, base: string])[] = [
  ['s', ''],
  ['ses', 's'],
  ['xes', 'x'],
  ['zes', 'z'],
  ['ches', 'ch'],
  ['shes', 'sh'],
  ['men', 'man'],
  ['ies', 'y'],
  ['es', 'e'],
  ['es', ''],
  ['ed', 'e'],
  ['ed', ''],
  ['ing', 'e'],
  ['ing', ''],
  ['er', ''],
  ['est', ''],
  ['er', 'e'],
  ['est', 'e'],
  ["'s", ''],
]
/** Shorter words than this are no bases. */
const SHORTEST = 2

/** What an English word in lower case may be an inflected form of, by its ending alone: "ponies" → "ponie", "pony", "poni". */
export function baseForms(word: string): string[] {
  const bases = new Set<string>()
  for (const [ending, base] of ENDINGS) {
    if (!word.endsWith(ending)) continue
    const stem = word.slice(0, -ending.length) + base
    if (stem.length >= SHORTEST) bases.add(stem)
    const [last, before] = [stem.at(-1), stem.at(-2)]
    // "sitting" and "hotter" double the last letter.
    if (base === '' && last === before && /^[bdgklmnprtz]$/.test(last ?? '')) bases.add(stem.slice(0, -1))
  }
  return [...bases].filter((base) => base.length >= SHORTEST)
}
