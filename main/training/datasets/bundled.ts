import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledDatasets } from '../../contract/dataset-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import { z } from '../../contract/zod.ts'
import { requireHash, sha256, sourceHash } from './content-hash.ts'
import { readCsv } from './csv.ts'
import { apart } from './examples.ts'
import { readIdx } from './idx.ts'
import { labelled } from './labelled.ts'
import type { Labelled } from './labelled.ts'
import { readBytes, unpacked } from './read-bytes.ts'
import type { Source } from './source.ts'
import { makeWaves } from './waves.ts'

/** What `dataset.json` says of a bundled data set. */
export const datasetCard = z.strictObject({
  name: z.enum(bundledDatasets),
  title: z.string(),
  /** SPDX expression. */
  licence: z.string(),
  /** Null for data that Loupe makes itself. */
  source: z.url().nullable(),
  format: z.enum(['idx', 'csv', 'generated']),
  /** Of one example. */
  shape: z.array(z.int().min(1)),
  classNames: z.array(z.string()).min(2),
  trainExamples: z.int().min(1),
  testExamples: z.int().min(1),
  /** None of generated data. */
  files: z.array(
    z.strictObject({
      role: z.enum(['train-inputs', 'train-labels', 'test-inputs', 'test-labels', 'train-table']),
      path: z.string(),
      bytes: z.int(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
})
export type DatasetCard = z.output<typeof datasetCard>
type BundledName = DatasetCard['name']
type Role = DatasetCard['files'][number]['role']

/** Decides the generated data: another one is another data set. */
const GENERATOR_SEED = 0

/** Decoded data sets of this process, by content, generated ones by name: a sweep asks for the same one again and again. */
const decoded = new Map<string, Promise<Source>>()

/** Reads `dataset.json` of a bundled data set; the data stay where they are. */
export async function readDatasetCard(name: BundledName): Promise<DatasetCard> {
  const bytes = await readBytes(join(bundledFolder(), name, 'dataset.json'))
  return datasetCard.parse(JSON.parse(bytes.toString('utf8')))
}

/**
 * Reads a bundled data set, checked against the SHA-256 of its card, or makes a generated one. Done once a process.
 *
 * @throws LoupeError `data-malformed` where a file is not the one that was bundled.
 */
export async function readBundled(name: BundledName): Promise<Source> {
  const card = await readDatasetCard(name)
  const hash = sourceHash(card.files.map((file) => file.sha256))
  const key = card.format === 'generated' ? name : hash
  const known = decoded.get(key)
  if (known !== undefined) return known
  const reading = card.format === 'generated' ? generate(card) : decode(card, hash)
  decoded.set(key, reading)
  // A failure is told to whoever asked, and tried again by whoever asks next.
  reading.catch(() => decoded.delete(key))
  return reading
}

async function generate({ name, title, classNames, trainExamples, testExamples }: DatasetCard): Promise<Source> {
  const train = makeWaves({ seed: GENERATOR_SEED, part: 'train', examples: trainExamples })
  const test = makeWaves({ seed: GENERATOR_SEED, part: 'test', examples: testExamples })
  const hashes = [train, test].flatMap(({ inputs, labels }) => [contentHash(inputs.values), contentHash(labels)])
  return { name, title, classNames, train, test, hash: sourceHash(hashes), facts: { kind: 'generated', fileBytes: 0, hasOwnTest: true, featureNames: null, imageSizes: null } }
}

function contentHash({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return sha256(new Uint8Array(buffer, byteOffset, byteLength))
}

async function decode(card: DatasetCard, hash: string): Promise<Source> {
  const files = new Map<Role, { file: string; bytes: Buffer }>()
  await Promise.all(
    card.files.map(async ({ role, path, sha256: expected }) => {
      const file = join(bundledFolder(), card.name, path)
      const bytes = await readBytes(file)
      requireHash(bytes, { file, expected })
      files.set(role, { file, bytes: await unpacked(bytes, file) })
    }),
  )
  const of = (role: Role): { file: string; bytes: Buffer } => {
    const entry = files.get(role)
    if (entry === undefined) throw new LoupeError('internal', `The card of ${card.name} names no file for ${role}.`, { name: card.name, role })
    return entry
  }
  const own = card.format === 'csv' ? table(of('train-table')) : null
  const parts = own === null ? idxParts(of, files.has('test-inputs')) : apart(own.all)
  const facts = {
    kind: own === null ? ('idx' as const) : ('csv' as const),
    fileBytes: card.files.reduce((sum, { bytes }) => sum + bytes, 0),
    hasOwnTest: own === null && files.has('test-inputs'),
    featureNames: own?.features ?? null,
    imageSizes: null,
  }
  return { name: card.name, title: card.title, classNames: card.classNames, train: reshaped(parts.train, card.shape), test: reshaped(parts.test, card.shape), hash, facts }
}

function table({ file, bytes }: { file: string; bytes: Buffer }): { readonly all: Labelled; readonly features: readonly string[] } {
  const { inputs, labels, features } = readCsv(bytes, { file, labelColumn: null })
  return { all: labelled({ file, array: inputs }, { file, array: { shape: [labels.length], values: labels } }), features }
}

function idxParts(of: (role: Role) => { file: string; bytes: Buffer }, hasTest: boolean): { train: Labelled; test: Labelled } {
  const read = (role: Role) => ({ file: of(role).file, array: readIdx(of(role).bytes, of(role).file) })
  const train = labelled(read('train-inputs'), read('train-labels'))
  return hasTest ? { train, test: labelled(read('test-inputs'), read('test-labels')) } : apart(train)
}

function reshaped({ inputs, labels }: Labelled, shape: readonly number[]): Labelled {
  return { inputs: { ...inputs, shape: [labels.length, ...shape] }, labels }
}

/** `resources/datasets`, upwards from this file: where it lies depends on whether the code runs as source or as a bundle. */
function bundledFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'resources', 'datasets')
    if (existsSync(join(candidate, 'fashion-mnist', 'dataset.json'))) return candidate
  }
  throw new LoupeError('not-found', 'The bundled data sets are not beside the program. Install Loupe again.', { from: import.meta.url })
}
