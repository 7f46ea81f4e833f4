import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import type { EnvironmentOptions } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Native code, and what finds its own files beside itself: these stay packages. */
const packages = ['electron', 'koffi', 'better-sqlite3', '@tensorflow/tfjs', '@tensorflow/tfjs-core', '@tensorflow/tfjs-node-gpu', 'sharp', 'bufferutil', 'utf-8-validate']

/**
 * One bundle for Node. All its files lie in one folder, because sources find each other's products there:
 * `main/engine/host.ts` starts the `entry.js` beside it, a worker the `tensorflow-process.js`.
 */
function bundle({ folder, input, format = 'es' }: { folder: string; input: Record<string, string>; format?: 'es' | 'cjs' }): EnvironmentOptions {
  const extension = format === 'es' ? 'js' : 'cjs'
  return {
    consumer: 'server',
    resolve: { noExternal: true, external: packages, conditions: ['node', 'import', 'module', 'default'] },
    build: {
      outDir: here(folder),
      emptyOutDir: format === 'es',
      target: 'node22',
      minify: false,
      sourcemap: true,
      copyPublicDir: false,
      rolldownOptions: {
        input,
        external: packages,
        output: { format, entryFileNames: `[name].${extension}`, chunkFileNames: `[name]-[hash].${extension}` },
      },
    },
  }
}

// Builds what runs in Node and in Electron's own processes; the window has vite.config.ts.
export default defineConfig({
  environments: {
    shell: bundle({ folder: './dist/electron', input: { main: here('./electron/main.ts'), engine: here('./main/engine/entry.ts'), 'dataset-worker': here('./main/serve/dataset-worker.ts') } }),
    // A sandboxed preload script is one CommonJS file.
    preload: bundle({ folder: './dist/electron', input: { preload: here('./electron/preload.ts') }, format: 'cjs' }),
    node: bundle({ folder: './dist/node', input: { loupe: here('./main/cli/loupe.ts'), entry: here('./main/engine/entry.ts'), 'tensorflow-process': here('./main/cluster/tensorflow-process.ts'), 'dataset-worker': here('./main/serve/dataset-worker.ts') } }),
  },
  builder: {
    async buildApp(builder) {
      for (const name of ['shell', 'preload', 'node']) {
        const environment = builder.environments[name]
        if (environment !== undefined) await builder.build(environment)
      }
    },
  },
})
