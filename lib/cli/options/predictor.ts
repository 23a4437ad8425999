import type { Options } from '../command.ts'
import { bundleOption } from './packages.ts'

export const PREDICTOR_OPTION = { predictor: bundleOption('predictor') } as const satisfies Options
