import type { Options } from '../command.ts'
import { bundleOption, packageOf } from './packages.ts'

/** The package of weights that is used when no other predictor is named. */
export const PREDICTOR_PACKAGE = packageOf('predictor')

export const PREDICTOR_OPTION = { predictor: bundleOption('predictor') } as const satisfies Options
