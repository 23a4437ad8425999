import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command, installNpm, once } from '../../scripts/install/once.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
export const python = join(folder, 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

/** Installs the peers of Node from the lockfile, once. Returns why it could not, or null. */
export function installNodePeers(): string | null {
  return installNpm(folder)
}

/**
 * Installs the peers of Python into a virtual environment, once, and each on its own: one that cannot be had does not
 * cost the others. The server says which of them load. Returns what failed, or null.
 */
export function installPythonPeers(): string | null {
  return once(folder, 'venv', 'requirements.txt', () => {
    const created = existsSync(python) ? null : command(folder, 'python3', ['-m', 'venv', 'venv'])
    if (created) return created
    const wanted = readFileSync(join(folder, 'requirements.txt'), 'utf8').split('\n')
    const failed = wanted
      .filter((line) => line.trim() !== '')
      .map((line) => command(folder, python, ['-m', 'pip', 'install', '--quiet', line]))
    return failed.filter((reason) => reason !== null).join('; ') || null
  })
}

/** Writes the ONNX files of a published encoder, once. Throws where PyTorch or onnx is missing. */
export function exportOnnx(model: string): void {
  exportOnce(join(model, 'onnx', 'model_quantized.onnx'), 'export_onnx.py', [model])
}

/** Writes the ONNX files of a published T5, once, and gives their folder. Throws as exportOnnx does. */
export function exportT5Onnx(model: string): string {
  const folder = join(model, 'onnx')
  exportOnce(folder, 'export_t5_onnx.py', [model])
  return folder
}

/** Writes a published GPT-2 or Mamba as llama.cpp reads it, once, and gives the file. Throws where gguf is missing. */
export function exportGguf(model: string, dtype: string): string {
  const file = join(model, 'gguf', `${dtype}.gguf`)
  exportOnce(file, 'export_gguf.py', [model, dtype])
  return file
}

function exportOnce(made: string, script: string, args: readonly string[]): void {
  if (existsSync(made)) return
  const failed = installPythonPeers() ?? command(folder, python, [join(folder, script), ...args])
  if (failed !== null) throw new Error(failed)
}
