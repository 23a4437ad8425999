import { type InverterBundle, loadInverterParts } from '../../models/inverter/load.ts'
import type { OpenedTraining, TrainContext } from '../core/trainable.ts'

/** Opens what is trained on the inverter that a config names, which is freed with it. Throws as loadInverter does. */
export async function openOnInverter<D>(
  name: string,
  context: TrainContext,
  open: (parts: InverterBundle) => Promise<OpenedTraining<D>>,
): Promise<OpenedTraining<D>> {
  const parts = await loadInverterParts(await context.modelFolder('inverter', name), context)
  try {
    return { ...(await open(parts)), dispose: parts.dispose }
  } catch (error) {
    parts.dispose()
    throw error
  }
}
