const words = (list: string): Set<string> => new Set(list.split(' '))

/** Always followed by more of the same sentence. */
const OPENERS = words(
  'Mr Mrs Ms Mx Dr Prof Rev Hon Gen Col Capt Cpt Lt Sgt Maj Cmdr Adm Gov Sen Rep Pres Messrs Mme Mlle Mt Ft ' +
    'vs e.g i.e cf viz approx ca incl esp Fig Figs fig figs Eq Eqs Ref Refs ed eds',
)
/** Followed by more of the same sentence when a number comes next. */
const BEFORE_NUMBERS = words(
  'No no Nos nos p pp Vol vol Ch ch Sec sec Art art Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec',
)
/** May end a sentence; the next word decides. */
const AMBIGUOUS = words('St Jr Sr Ph.D M.D B.A M.A B.Sc M.Sc D.Phil a.m p.m A.M P.M B.C A.D')
/** Words that begin a new sentence after an abbreviation: capitalised, yet hardly part of a name. */
const STARTERS = words(
  'A After Again All Although Also An And Another Any Anyone Are As At Because Before Both But By Can Could Did ' +
    'Do Does During Each Either Even Every Everybody Everyone Everything Few For From Had Has Have He Hence Her ' +
    'Here His How However I If In Instead Is It Its Just Last Later Let Many Maybe Meanwhile More Most Much My ' +
    'Neither Never Next No Nobody None Nor Not Nothing Now Of Often On Once One Only Or Other Others Our Perhaps ' +
    'Please Several She Should Since So Some Somebody Someone Sometimes Soon Still Such That The Their Then There ' +
    'These They Thing This Those Though Through Thus To Today Together Tomorrow Two Under Unless Until We Well ' +
    'Were What When Where Whether Which While Who Why Will With Without Would Yes Yesterday Yet You Your',
)

/** How much of a sentence's end is looked at, so that the work does not grow with its length. */
const TAIL = 40

const ACRONYM = /^(?:\p{Lu}\.)+\p{Lu}$/u
const LIST_NUMBER = /^\s*(?:\d{1,3}|\p{L})[.)]\s+$/u

/**
 * True when `before`, which Unicode rules took for a whole English sentence, goes on in `after`.
 *
 * @param before the text from the start of the sentence, with its trailing white space
 * @param after  the start of the text that follows; the first word is enough
 */
export function continuesEnglish(before: string, after: string): boolean {
  const tail = before.slice(-TAIL)
  if (/[.!?…]["'”’)\]]+\s+$/.test(tail) && /^\p{Ll}/u.test(after)) return true // "Stop!" she said.
  if (LIST_NUMBER.test(before) && !/^\s*\p{L}\.\s/u.test(after)) return true
  const last = /(\S+)\s+$/.exec(tail)?.[1]
  if (last === undefined || !last.endsWith('.')) return false
  const word = last.slice(0, -1).replace(/^["'“‘([]+/, '')
  if (OPENERS.has(word)) return true
  if (BEFORE_NUMBERS.has(word) && /^\d/.test(after)) return true
  const next = /^["'“‘(]*(\p{L}[\p{L}'’]*)/u.exec(after)?.[1]
  if (next === undefined || STARTERS.has(next.replace(/['’].*$/, ''))) return false
  return AMBIGUOUS.has(word) || ACRONYM.test(word) || (/^\p{Lu}$/u.test(word) && followsName(before, last))
}

/** An initial counts as one at the start of a sentence or after a capitalised word: "George W. Bush". */
function followsName(before: string, initial: string): boolean {
  const previous = /(\S+)\s+$/.exec(before.slice(0, before.lastIndexOf(initial)).slice(-TAIL))?.[1]
  return previous === undefined || (/^["'“‘(]*\p{Lu}/u.test(previous) && previous !== 'I')
}
