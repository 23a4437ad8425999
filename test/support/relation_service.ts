import { createHash } from 'node:crypto'
import { type ChatAnswered, type ChatAsked, type ChatService, chatService, said } from './chat_service.ts'

/** How often the roles of a service are wrong. */
export interface RoleErrors {
  readonly extractor?: number
  /** Of a validator: whatever it is asked, or by what is true. */
  readonly validator?: number | 'YES' | 'NO'
  /** Each of pro, con and the judge's own look. */
  readonly debater?: number
}

/** A world of three concepts a line, of which the second is the first one's parent, and the third has nothing to do with it. */
export interface RelationWorld {
  readonly passages: readonly string[]
  holds(source: string, target: string): boolean
}

/** @param parents of each thing: so many lines are about it, and an extractor is right about all of them, or about none */
export function relationWorld(claims: number, perPassage: number, parents = 1): RelationWorld {
  const lines = Array.from({ length: claims }, (_, i) => {
    const thing = Math.floor(i / parents)
    return `Of thing${thing}, kind${i} and stray${i} much is told.`
  })
  const passages = Array.from({ length: Math.ceil(claims / perPassage) }, (_, i) =>
    lines.slice(i * perPassage, (i + 1) * perPassage).join('\n'),
  )
  const holds = (source: string, target: string) => {
    const line = /^kind(\d+)$/.exec(target)?.[1]
    return line !== undefined && source === `thing${Math.floor(Number(line) / parents)}`
  }
  return { passages, holds }
}

const [DEFENDED, WEAK, SOUND, FLAWED] = [
  'I stand by it.',
  'Little speaks for it.',
  'I find no flaw.',
  'There is a flaw.',
]

/** A service that knows a world, and is wrong as often as it is told, always the same way about the same claim. */
export function relationService(world: RelationWorld, errors: RoleErrors): Promise<ChatService> {
  const { extractor = 0, validator = 0, debater = 0 } = errors
  const isWrong = (rate: number, ...about: readonly string[]) =>
    createHash('sha256').update(JSON.stringify(about)).digest().readUInt32LE() / 2 ** 32 < rate
  const looks = (role: string, rate: number, source: string, target: string) =>
    world.holds(source, target) !== isWrong(rate, role, source, target)
  const validates = (source: string, target: string) =>
    typeof validator === 'string' ? validator === 'YES' : looks('validator', validator, source, target)
  const verdict = (holds: boolean) => ({ reason: 'as I know it', verdict: holds ? 'YES' : 'NO' })
  return chatService(({ body }: ChatAsked): ChatAnswered | null => {
    const system = body.messages[0]!.content
    const user = body.messages[1]!.content
    if (system.startsWith('You find the concepts'))
      return said(
        [...user.matchAll(/^Of (\w+), (\w+) and (\w+) much is told\.$/gm)]
          .map(([, thing, kind, stray]) => {
            const wrong = isWrong(extractor, 'extractor', thing!)
            return `- ${thing} :: parent :: [${wrong ? stray : kind}]`
          })
          .join('\n'),
        { step: 500 },
      )
    const claims = [...user.matchAll(/^"(\w+)" --parent--> "(\w+)"$/gm)]
    if (claims.length === 0) return null
    const [, source, target] = claims[0]! as unknown as [string, string, string]
    if (system.startsWith('You check') && user.startsWith('Which'))
      return said(
        JSON.stringify({
          verdicts: claims.map(([, a, b], i) => ({ number: i + 1, ...verdict(validates(a!, b!)) })),
        }),
        { step: 500 },
      )
    if (system.startsWith('You check')) return said(JSON.stringify(verdict(validates(source, target))))
    if (system.startsWith('You argue')) return said(looks('pro', debater, source, target) ? DEFENDED : WEAK)
    if (system.startsWith('You find flaws'))
      return user.includes('Said for it:')
        ? said(looks('con', debater, source, target) ? SOUND : FLAWED)
        : null
    if (!system.startsWith('You judge')) return null
    const [before, against] = user.split('Said against it:') as [string, string]
    const heard = [
      before.includes(DEFENDED),
      against.includes(SOUND),
      looks('judge', debater, source, target),
    ]
    return said(JSON.stringify(verdict(heard.filter(Boolean).length >= 2)))
  })
}
