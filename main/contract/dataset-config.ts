import { z } from './zod.ts'

/** Names of the data sets that come with Loupe. */
export const bundledDatasets = ['fashion-mnist', 'mnist-10k', 'digits', 'breast-cancer', 'waves'] as const

const imageSide = z.int().min(1).max(4096).nullable().default(null)

/** Which data a run trains on, and how it is split. The split depends on `splitSeed` alone, never on the run's seed. */
export const datasetConfig = z
  .strictObject({
    name: z.enum([...bundledDatasets, 'file']).default('fashion-mnist').describe('data set; a bundled one, or "file" with path'),
    path: z.string().min(1).nullable().default(null).describe('path; your own data: a CSV, a Parquet file, an NPZ, a folder of IDX or NPY files, or a folder of images by class (only with name "file")'),
    labelColumn: z.string().min(1).nullable().default(null).describe('column; of a CSV or Parquet file, the column that holds the label, null for the last'),
    featureColumns: z.array(z.string().min(1)).min(1).max(4096).nullable().default(null).describe('columns; of a CSV or Parquet file, those that are inputs, in this order; null for all but the label'),
    imageHeight: imageSide.describe('pixels; height of the images of a folder, null for that of the first'),
    imageWidth: imageSide.describe('pixels; width of the images of a folder, null for that of the first'),
    imageFit: z.enum(['refuse', 'resize', 'crop']).default('refuse').describe('rule; for images of another size: a bad row, brought to the size, or cut to its proportions about the middle and then brought to it'),
    imageColor: z.enum(['auto', 'grey', 'rgb']).default('auto').describe('channels; of images: 1, 3, or 3 where any image of the folder has colours'),
    badRows: z.enum(['refuse', 'skip']).default('refuse').describe('rule; for rows, images and examples that do not read: refuse the data at the first, or leave them out and count them'),
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
export type DatasetConfigInput = z.input<typeof datasetConfig>
export type DatasetConfig = z.output<typeof datasetConfig>
