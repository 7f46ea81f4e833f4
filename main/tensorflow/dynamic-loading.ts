import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import koffi from 'koffi'
import type { LibraryHandle } from 'koffi'
import type { Library } from './library.ts'
import { cLibrary } from './platform.ts'

/** `RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE` of `dlfcn.h`. */
const keepLoaded: Partial<Record<NodeJS.Platform, number>> = { linux: 0x1 | 0x4 | 0x1000, darwin: 0x1 | 0x10 | 0x80 }

const stackBytes = 8 * 2 ** 20

/** Loads TensorFlow's libraries, quietly and for the life of the process. */
export function loadLibraries(library: Library): LibraryHandle {
  // Calls run on stacks that koffi makes, 256 KiB at first; ops run on them, XLA's compiler among them.
  koffi.config({ sync_stack_size: stackBytes, async_stack_size: stackBytes })
  return quietly(() => {
    // First and globally, or the main library does not find its symbols.
    if (library.framework !== null) {
      limitLog(koffi.load(library.framework, { global: true, lazy: true }))
      keep(library.framework)
    }
    const main = koffi.load(library.main, { lazy: true })
    keep(library.main)
    return main
  })
}

/** Unloading TensorFlow crashes: its threads and static objects outlive it. koffi would unload it when the process ends. */
function keep(path: string): void {
  const flags = keepLoaded[process.platform]
  if (flags === undefined) return
  koffi.load(cLibrary()).func('dlopen', 'void *', ['str', 'int'])(path, flags)
}

/** TensorFlow 2.21 logs through Abseil, which no environment variable silences: only errors are let through. */
function limitLog(framework: LibraryHandle): void {
  const errors = 2
  try {
    framework.func('_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE', 'void', ['int'])(errors)
  } catch {
    // The name is the one of the pinned Linux and macOS builds. Without it TensorFlow talks more; nothing else changes.
  }
}

/** Runs a call with the standard error closed off: while it loads, TensorFlow writes two lines that nothing can turn off. */
function quietly<T>(call: () => T): T {
  if (process.platform === 'win32') return call()
  const c = koffi.load(cLibrary())
  const duplicate = c.func('dup', 'int', ['int'])
  const replace = c.func('dup2', 'int', ['int', 'int'])
  const saved: number = duplicate(2)
  const nowhere = openSync(devNull, 'w')
  replace(nowhere, 2)
  closeSync(nowhere)
  try {
    return call()
  } finally {
    replace(saved, 2)
    closeSync(saved)
  }
}
