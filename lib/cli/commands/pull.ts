import { PUBLISHED_LANGUAGE_MODELS, PUBLISHED_MODELS, repositoryOf } from '../../hub/names.ts'
import { pullModel } from '../../hub/pull.ts'
import { hubCache, hubEndpoint, hubToken, isOffline } from '../../hub/settings.ts'
import { defineCommand, UsageError, unknownName } from '../command.ts'
import { bytesText } from '../machine/facts.ts'
import { interruption } from '../options/interruption.ts'
import { Progress } from '../output/progress.ts'

const MEGABYTE = 1e6
const NAMES = [...PUBLISHED_MODELS, ...PUBLISHED_LANGUAGE_MODELS].map(({ name }) => name)

export const pull = defineCommand({
  usage: 'pull [options] <name>',
  about:
    `Downloads a model of the Hugging Face hub by its repository, owner/name, or by a short name:\n${NAMES.join(', ')}.\n` +
    'It goes where Python keeps such models, and what is there already is not fetched again. After Ctrl-C, or when\n' +
    'the network is gone, the same command goes on. HF_TOKEN, HF_ENDPOINT, HF_HOME and HF_HUB_OFFLINE count.',
  options: {
    revision: { type: 'string', value: 'NAME', help: 'a branch, a tag or a commit (default: main)' },
    endpoint: { type: 'string', value: 'URL', help: 'the address of another hub (default: HF_ENDPOINT)' },
    cache: { type: 'string', value: 'DIR', help: 'where to keep it (default: where Python does)' },
  },
  async run({ revision, endpoint, cache }, positionals, context) {
    const [name] = positionals
    if (name === undefined || positionals.length > 1)
      throw new UsageError(`one name of a model; got ${positionals.length}`)
    const repository = repositoryOf(name)
    if (repository === null) throw unknownName('model', name, NAMES)
    const { env, signal, stdout, stderr } = context
    using progress = new Progress('Downloading megabytes', context)
    try {
      const pulled = await pullModel(repository, {
        revision,
        endpoint: endpoint ?? hubEndpoint(env),
        cacheDir: cache ?? hubCache(env),
        token: await hubToken(env),
        offline: isOffline(env),
        signal,
        onProgress: ({ bytes, total }) =>
          progress.update(Math.floor(bytes / MEGABYTE), Math.ceil(total / MEGABYTE)),
      })
      progress[Symbol.dispose]()
      const { folder, commit, files, bytes, fetched } = pulled
      const news = fetched > 0 ? `${bytesText(fetched)} fetched now` : 'all was there'
      stdout.write(`${folder}\n${files.length} files, ${bytesText(bytes)}, ${news}; commit ${commit}\n`)
    } catch (error) {
      progress[Symbol.dispose]()
      if (interruption(context))
        stderr.write('vmm: what has come is kept, and the same command goes on from there\n')
      throw error
    }
    return undefined
  },
})
