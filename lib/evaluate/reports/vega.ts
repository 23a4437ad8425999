import type { TopLevelSpec } from 'vega-lite'
import { optionalPackages } from '../../core/optional_packages.ts'

/** Draws a plot of Vega-Lite as SVG. */
export type DrawPlot = (plot: TopLevelSpec) => Promise<string>

type Packages = [vega: typeof import('vega'), vegaLite: typeof import('vega-lite')]

const load = (): Promise<Packages> => Promise.all([import('vega'), import('vega-lite')])

/**
 * Loads Vega and Vega-Lite, which this package names but does not install. Plots are drawn without a browser, and the
 * same everywhere: the width of text is estimated.
 *
 * @throws VmmError UNSUPPORTED when one of the two is not installed
 */
export async function loadVega(packages: () => Promise<Packages> = load): Promise<DrawPlot> {
  const need = 'plots need the packages vega and vega-lite: npm install vega@6 vega-lite@6.4'
  const [vega, vegaLite] = await optionalPackages(packages, need)
  return async (plot) => {
    const view = new vega.View(vega.parse(vegaLite.compile(plot).spec), { renderer: 'none' })
    try {
      return await view.toSVG()
    } finally {
      view.finalize()
    }
  }
}
