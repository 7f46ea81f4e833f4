import { resolve } from 'node:path'

/** The project's root, or the package's: two folders up from `main/cli`, and from the bundle in `dist/node`. */
export const projectRoot = resolve(import.meta.dirname, '../..')
