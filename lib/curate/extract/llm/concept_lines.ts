import type { DropCounter } from '../../candidates/drops.ts'
import type { RelationTypes } from '../../candidates/relation_types.ts'

/** A relation of a line, as it was said. */
export interface SaidRelation {
  readonly type: string
  readonly target: string
  readonly weight: number
}

/** A line `CONCEPT :: TYPE :: [RELATED, …]`. */
export interface ConceptLine {
  readonly concept: string
  readonly relations: readonly SaidRelation[]
}

/** How much is trusted what was said so, and what was only suggested: a kind before relations, a name without a type. */
const [SAID, KIND, BARE] = [0.6, 0.5, 0.25]
/** Characters of a name at most. */
const LONGEST_NAME = 80
const LONGEST_LINE = 4000

const REASONS = {
  line: 'a line that is not CONCEPT :: TYPE :: [RELATED]',
  name: 'a name that is none',
  type: 'a type of relation that is not known',
} as const

/**
 * The lines of an answer. A line may have a bullet, a number or marks of Markdown around it, and fences before and after.
 * TYPE is a type of relation, or else a kind, which is taken for a parent; RELATED may say its own type, as
 * `[requires: sunlight]`, and is a `bare` relation where nothing says one. All else is dropped.
 *
 * @param bare the type of relations that nobody says
 */
export function conceptLines(
  answer: string,
  types: RelationTypes,
  bare: string,
  drops: DropCounter,
): ConceptLine[] {
  const lines: ConceptLine[] = []
  for (const raw of answer.split('\n')) {
    const line = raw.trim()
    if (line === '' || /^(```|~~~)/.test(line)) continue
    const parts =
      line.length > LONGEST_LINE ? [] : line.replace(/^(?:[-*•+>|]|\d{1,3}[.)])\s+/, '').split(/\s*::\s*/)
    if (parts.length !== 2 && parts.length !== 3) {
      drops.drop(REASONS.line, line)
      continue
    }
    const [concept, said, list = ''] = [nameOf(parts[0]!), nameOf(parts[1]!), parts[2]]
    if (!isName(concept) || said === '') {
      drops.drop(isName(concept) ? REASONS.line : REASONS.name, line)
      continue
    }
    const own = typeOf(said, types)
    const relations: SaidRelation[] = []
    if (own === null && isName(said)) relations.push({ type: 'parent', target: said, weight: KIND })
    for (const item of itemsOf(list)) {
      const relation = relationOf(item, own, types, bare)
      if (typeof relation === 'string') drops.drop(relation, `${concept} :: ${said} :: ${item}`)
      else relations.push(relation)
    }
    lines.push({ concept, relations })
  }
  return lines
}

/** A relation of a list, or why it is none. */
function relationOf(
  item: string,
  own: string | null,
  types: RelationTypes,
  bare: string,
): SaidRelation | string {
  const [, before, after] = /^([^:]{1,64}):\s*(.+)$/.exec(item) ?? []
  const type = before === undefined ? own : typeOf(nameOf(before), types)
  if (before !== undefined && type === null) return REASONS.type
  const target = nameOf(after ?? item)
  if (!isName(target)) return REASONS.name
  return type === null ? { type: bare, target, weight: BARE } : { type, target, weight: SAID }
}

function itemsOf(list: string): string[] {
  return list
    .replace(/^[[({]|[\])}.]+$/g, '')
    .split(/[,;]/)
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** A name without quotes, brackets and marks of Markdown around it. */
function nameOf(text: string): string {
  return text.replace(/^[\s"'“”‘’`*_[\]]+|[\s"'“”‘’`*_[\]|]+$/g, '').replace(/\s+/g, ' ')
}

function isName(name: string): boolean {
  return name.length <= LONGEST_NAME && /[\p{L}\p{N}]/u.test(name)
}

function typeOf(said: string, types: RelationTypes): string | null {
  const type = said.toLowerCase().replace(/[\s-]+/g, '_')
  return types.has(type) ? type : null
}
