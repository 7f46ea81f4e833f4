import { z } from './zod.ts'

/** Names of the data sets that come with Loupe. */
export const bundledDatasets = ['fashion-mnist', 'mnist-10k', 'digits', 'breast-cancer', 'waves'] as const

/** Which data a run trains on, and how it is split. The split depends on `splitSeed` alone, never on the run's seed. */
export const datasetConfig = z
  .strictObject({
    name: z.enum([...bundledDatasets, 'file']).default('fashion-mnist').describe('data set; a bundled one, or "file" with path'),
    path: z.string().min(1).nullable().default(null).describe('path; your own data: a CSV, an NPZ, or a folder of IDX or NPY files (only with name "file")'),
    labelColumn: z.string().min(1).nullable().default(null).describe('CSV column; the column that holds the label, null for the last'),
    trainExamples: z.int().min(1).nullable().default(null).describe('examples; training examples used, null for all that the split leaves'),
    validationExamples: z.int().min(0).nullable().default(null).describe('examples; held out of the training examples, null for a tenth of them'),
    splitSeed: z.int().min(0).max(2 ** 31 - 1).default(0).describe('seed; decides which examples are held out'),
  })
  .check((context) => {
    const { name, path } = context.value
    if (name === 'file' && path === null) {
      context.issues.push({ code: 'custom', message: 'the data set "file" needs a path to your own data', path: ['path'], input: path })
    }
    if (name !== 'file' && path !== null) {
      context.issues.push({ code: 'custom', message: `the data set "${name}" comes with Loupe; to read your own data from a path, set name to "file"`, path: ['name'], input: name })
    }
  })
export type DatasetConfig = z.output<typeof datasetConfig>
