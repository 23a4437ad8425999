/** The parameters of a block by name, as mambaBlock takes them. */
type BlockWeights = Readonly<Record<string, ArrayLike<number>>>

/** The equations of a Mamba block over one sequence of rows, in f64. */
export function plainMambaBlock(weights: BlockWeights, rows: readonly (readonly number[])[]): number[][] {
  const of = (name: string) => weights[name]!
  const inner = of('mixer.D').length
  const states = of('mixer.A_log').length / inner
  const rank = of('mixer.dt_proj.weight').length / inner
  const taps = of('mixer.conv1d.weight').length / inner
  const product = (name: string, v: readonly number[]) => {
    const w = of(`mixer.${name}.weight`)
    return Array.from({ length: w.length / v.length }, (_, o) =>
      v.reduce((sum, value, i) => sum + w[o * v.length + i]! * value, 0),
    )
  }
  const silu = (v: number) => v / (1 + Math.exp(-v))
  const h = new Float64Array(inner * states)
  const inputs: number[][] = []
  return rows.map((row, t) => {
    const xz = product('in_proj', plainRmsNorm(of('norm.weight'), row))
    inputs.push(xz.slice(0, inner))
    const u = Array.from({ length: inner }, (_, c) => {
      let sum = of('mixer.conv1d.bias')[c]!
      for (let k = 0; k < taps; k++)
        sum += of('mixer.conv1d.weight')[c * taps + k]! * (inputs[t - (taps - 1) + k]?.[c] ?? 0)
      return silu(sum)
    })
    const selected = product('x_proj', u)
    const dt = product('dt_proj', selected.slice(0, rank)).map((v, c) =>
      Math.log1p(Math.exp(v + of('mixer.dt_proj.bias')[c]!)),
    )
    const gated = u.map((value, c) => {
      let sum = of('mixer.D')[c]! * value
      for (let i = 0; i < states; i++) {
        const a = -Math.exp(of('mixer.A_log')[c * states + i]!)
        const at = c * states + i
        h[at] = Math.exp(dt[c]! * a) * h[at]! + dt[c]! * selected[rank + i]! * value
        sum += selected[rank + states + i]! * h[at]!
      }
      return sum * silu(xz[inner + c]!)
    })
    return product('out_proj', gated).map((value, i) => row[i]! + value)
  })
}

/** Root mean square normalisation of a row, in f64. */
export function plainRmsNorm(weight: ArrayLike<number>, row: readonly number[]): number[] {
  const rms = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / row.length + 1e-5)
  return row.map((v, i) => (v / rms) * weight[i]!)
}
