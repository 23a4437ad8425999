import { escapeMarks } from '../core/control_marks.ts'

/** A curve and its title. */
export interface Series {
  readonly title: string
  readonly points: [x: number, y: number][]
  /** Points are marked, and not smoothed: there are few. */
  readonly sparse: boolean
}

const WIDTH = 360
const HEIGHT = 200
const MARGIN = { left: 52, right: 12, top: 28, bottom: 24 }
const COLUMNS = 3
/** Points of a curve that are drawn at most: means of as many neighbours as it takes. */
const POINTS = 200

/** Curves over steps as one SVG, each in a panel of its own. Values that are not finite are left out. */
export function plotSvg(series: readonly Series[]): string {
  const rows = Math.ceil(series.length / COLUMNS)
  const [width, height] = [COLUMNS * WIDTH, Math.max(rows, 1) * HEIGHT]
  const panels = series.map((one, i) => {
    const [x, y] = [(i % COLUMNS) * WIDTH, Math.floor(i / COLUMNS) * HEIGHT]
    return `<g transform="translate(${x} ${y})">${panel(one)}</g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ' font-family="sans-serif" font-size="11" fill="#333">',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels,
    '</svg>\n',
  ].join('')
}

function panel({ title, points, sparse }: Series): string {
  const finite = points.filter(([, y]) => Number.isFinite(y))
  const heading = `<text x="${MARGIN.left}" y="18" font-weight="bold">${escaped(title)}</text>`
  if (finite.length === 0) return heading
  const drawn = sparse ? finite : averaged(finite)
  const [left, right] = extent(finite.map(([x]) => x))
  const [low, high] = extent(drawn.map(([, y]) => y))
  const toX = scale([left, right], [MARGIN.left, WIDTH - MARGIN.right])
  const toY = scale([low, high], [HEIGHT - MARGIN.bottom, MARGIN.top])
  const places = drawn.map(([x, y]) => [toX(x).toFixed(1), toY(y).toFixed(1)] as const)
  const line = `<polyline fill="none" stroke="#2563a8" stroke-width="1.5" points="${places.map((p) => p.join(',')).join(' ')}"/>`
  const dots = sparse ? places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2.5" fill="#2563a8"/>`) : []
  const yTicks = [low, (low + high) / 2, high].map((value) => {
    const y = toY(value).toFixed(1)
    const grid = `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y}" y2="${y}" stroke="#ddd"/>`
    return `${grid}<text x="${MARGIN.left - 5}" y="${y}" dy="0.35em" text-anchor="end">${short(value)}</text>`
  })
  const xTicks = [left, right].map((value, i) => {
    const anchor = i === 0 ? 'start' : 'end'
    return `<text x="${toX(value).toFixed(1)}" y="${HEIGHT - 8}" text-anchor="${anchor}">${short(value)}</text>`
  })
  return [heading, ...yTicks, ...xTicks, line, ...dots].join('')
}

function averaged(points: readonly [number, number][]): [number, number][] {
  const width = Math.ceil(points.length / POINTS)
  const means: [number, number][] = []
  for (let from = 0; from < points.length; from += width) {
    const some = points.slice(from, from + width)
    const mean = (axis: 0 | 1) => some.reduce((total, point) => total + point[axis], 0) / some.length
    means.push([mean(0), mean(1)])
  }
  return means
}

function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}

function scale([low, high]: readonly [number, number], [from, to]: readonly [number, number]) {
  return (value: number) =>
    high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from)
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
}

function escaped(text: string): string {
  return escapeMarks(text).replace(/&/g, '&amp;').replace(/</g, '&lt;')
}
