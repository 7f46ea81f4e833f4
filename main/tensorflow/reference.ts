import { arch, cpus, totalmem } from 'node:os'
import type { Runtime } from './runtime.ts'
import { openEagerSession } from './reference-session.ts'
import { tf } from './tf.ts'
import { withBackend } from './trace.ts'

/**
 * Opens the reference: tfjs' plain CPU backend behind the same interface, for tests and for comparison.
 *
 * A step runs eagerly each time it is called; what it means is the same: a variable read after `assign` has its new value, and the
 * session's variables change when the call ends.
 */
export async function openReference(): Promise<Runtime> {
  tf.enableProdMode() // else tfjs advises to install its own TensorFlow binding
  await tf.ready()
  if (!tf.engine().registry['cpu']) await tf.setBackend('cpu')
  return {
    kind: 'reference',
    version: tf.version.tfjs,
    library: '',
    devices: async () => [{ name: '/device:CPU:0', kind: 'CPU', memoryBytes: totalmem(), description: `${cpus()[0]?.model.trim() ?? arch()}, plain JavaScript` }],
    openSession: async () => withBackend('cpu', openEagerSession),
  }
}
