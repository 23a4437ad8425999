import type { CodeParameter } from '../../code/rules/rules.ts'
import type { ValueKind } from './value.ts'

const ANNOTATIONS: readonly (readonly [RegExp, ValueKind])[] = [
  [/^(?:typing\.)?(?:list|sequence|iterable|array|collection)\b|\[\]$|^(?:readonly)?array</i, 'list'],
  [/^(?:typing\.)?tuple\b|^\[/i, 'tuple'],
  [/^(?:typing\.)?(?:set|frozenset|abstractset)\b/i, 'set'],
  [/^(?:typing\.)?(?:dict|mapping|record|map|counter)\b|^\{/i, 'dict'],
  [/^(?:int|bigint)$/i, 'int'],
  [/^number$/i, 'int'],
  [/^float$/i, 'float'],
  [/^str(?:ing)?$/i, 'text'],
  [/^bool(?:ean)?$/i, 'bool'],
]

const NAMES: readonly (readonly [RegExp, ValueKind])[] = [
  [/^(?:is|has|should)_|^(?:flag|reverse)$/, 'bool'],
  [/list|lst|arr|nums|values|items|numbers|elements|matrix|words|points|rows/i, 'list'],
  [/tup/i, 'tuple'],
  [/dict|mapping|lookup|table/i, 'dict'],
  [/^set|_set$/i, 'set'],
  [/str|text|word|name|char|sentence|pattern|prefix|suffix|^s$|^t$/i, 'text'],
  [/ratio|rate|price|weight|radius|^eps/i, 'float'],
]

/** What kind of value a parameter takes, by its type, its default, and its name; a whole number where nothing tells. */
export function parameterKind({ name, type, value }: CodeParameter): ValueKind {
  const annotated = type === null ? undefined : byAnnotation(type)
  return annotated ?? byDefault(value) ?? NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? 'int'
}

function byAnnotation(type: string): ValueKind | undefined {
  const inner = /^(?:typing\.)?Optional\[(.*)\]$/.exec(type)?.[1] ?? type.split('|')[0]!
  const plain = inner.trim().replace(/^["']|["']$/g, '')
  return ANNOTATIONS.find(([pattern]) => pattern.test(plain))?.[1]
}

function byDefault(value: string | null): ValueKind | undefined {
  if (value === null) return undefined
  if (/^-?\d+$/.test(value)) return 'int'
  if (/^-?\d*\.\d+$/.test(value)) return 'float'
  if (/^(?:true|false)$/i.test(value)) return 'bool'
  if (/^["']/.test(value)) return 'text'
  return value.startsWith('[') ? 'list' : value.startsWith('{') ? 'dict' : undefined
}
