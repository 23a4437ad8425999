/**
 * Stock tickers: $ABC, $BRK.B.
 *
 * @example
 * ```js
 * import { KEEP_TICKERS } from 'vector-mamba'
 *
 * console.log('Buy $ACME, sell $BRK.B at $5.'.match(KEEP_TICKERS)) // [ '$ACME', '$BRK.B' ]
 * ```
 */
export const KEEP_TICKERS = /(?<![\w$])\$[A-Z]{1,6}(?:[.-][A-Z]{1,2})?(?!\w)/gu

/**
 * Hashtags: "#" and letters, digits or "_", with a letter among them: #word, #2024goals, but not #1.
 *
 * @example
 * ```js
 * import { KEEP_HASHTAGS } from 'vector-mamba'
 *
 * console.log('We are #1 in #2024goals!'.match(KEEP_HASHTAGS)) // [ '#2024goals' ]
 * ```
 */
export const KEEP_HASHTAGS = /(?<![\p{L}\p{M}\p{N}_&#])#[\p{N}_]*[\p{L}\p{M}][\p{L}\p{M}\p{N}_]*/gu

const NUMBER = String.raw`(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)(?!\d)`
const SIGN = String.raw`(?:(?<![\w.,])[+\-−])?`
const GAP = String.raw`[ \u00a0\u202f]?`
const SIGNS = '[$€£¥₹]'
const WORD_ENDS = String.raw`(?![\p{L}\p{N}])`
const SCALE = `(?:(?:${GAP}(?:thousand|million|billion|trillion|bn|mn)|[kKmMB])${WORD_ENDS})`
const WORDS = 'percent|per cent|USD|EUR|GBP|JPY|CHF|dollars?|euros?|pounds?|cents?'
const UNIT = `(?:${GAP}(?:%|(?:${SIGNS}|${WORDS})${WORD_ENDS}))`

/**
 * Amounts of money, shares and large numbers: a number after a currency sign ($1,234.50, €20, US$3.5 billion), or
 * before a unit or a scale (12 %, 20 €, 100 USD, 3.5 million, 10k). Bare numbers and years are none.
 *
 * @example
 * ```js
 * import { KEEP_AMOUNTS } from 'vector-mamba'
 *
 * console.log('In 2024 it cost $4.20, 12 % more.'.match(KEEP_AMOUNTS)) // [ '$4.20', '12 %' ]
 * ```
 */
export const KEEP_AMOUNTS = new RegExp(
  `${SIGN}(?:(?<![\\p{L}\\p{N}])(?:US|CA|AU|NZ|HK|A|C|R)?${SIGNS}${GAP}${NUMBER}${SCALE}?${UNIT}?` +
    `|(?<![\\p{L}\\p{N}$€£¥₹]|\\d[.,])${NUMBER}(?:${SCALE}${UNIT}?|${UNIT}))`,
  'gu',
)
