import { type FSWatcher, watch } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds without another change until a change is told: editors write in several steps. */
const QUIET = 200

/** Folders that are watched for changes in them. */
export interface FolderWatch extends Disposable {
  /** Watches these folders in place of those before. Some may be gone. */
  follow(folders: readonly string[]): void
  /** Resolves when something has changed since it was last called and nothing does any more. Rejects with the signal's reason. */
  changed(signal: AbortSignal): Promise<void>
}

export function watchFolders(): FolderWatch {
  const watchers = new Map<string, FSWatcher>()
  let changes = 0
  let told = 0
  let wake: (() => void) | null = null
  const note = () => {
    changes++
    wake?.()
  }
  const stop = (folder: string) => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }
  return {
    follow: (folders) => {
      const wanted = new Set(folders)
      for (const folder of watchers.keys()) if (!wanted.has(folder)) stop(folder)
      for (const folder of wanted) {
        if (watchers.has(folder)) continue
        try {
          const watcher = watch(folder, note)
          watcher.on('error', () => {
            stop(folder)
            note()
          })
          watchers.set(folder, watcher)
        } catch {
          // It has gone since it was found; its own folder tells of that.
        }
      }
    },
    changed: async (signal) => {
      while (changes === told) {
        signal.throwIfAborted()
        let stop = () => {}
        await new Promise<void>((resolve) => {
          wake = stop = resolve
          signal.addEventListener('abort', stop)
        })
        signal.removeEventListener('abort', stop)
        wake = null
      }
      while (changes !== told) {
        told = changes
        await sleep(QUIET, undefined, { signal }).catch(() => signal.throwIfAborted())
      }
    },
    [Symbol.dispose]: () => {
      for (const folder of [...watchers.keys()]) stop(folder)
    },
  }
}
