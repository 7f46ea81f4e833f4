import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DatasetConfig } from '../../contract/dataset-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import { collectBadRows } from './bad-rows.ts'
import type { BadRows } from './bad-rows.ts'
import { sha256, sourceHash } from './content-hash.ts'
import { readCsv } from './csv.ts'
import type { CsvTable } from './csv.ts'
import { apart } from './examples.ts'
import { readIdx } from './idx.ts'
import { readImageFolder } from './image-folder.ts'
import { labelled } from './labelled.ts'
import type { Labelled, NamedArray } from './labelled.ts'
import { holdsFolders } from './list-images.ts'
import { malformed } from './malformed.ts'
import { pairNames } from './pair-names.ts'
import type { ArrayNames } from './pair-names.ts'
import { readNpy } from './npy.ts'
import { listNpz, readNpz } from './npz.ts'
import { readParquet } from './parquet.ts'
import { readBytes, unpacked } from './read-bytes.ts'
import type { Source } from './source.ts'

/** Arrays of one source by name, fetched and hashed as they are asked for. */
type ArrayReader = (name: string) => Promise<NamedArray>

/** What of a config says how files are read. */
export type ReadingConfig = Pick<DatasetConfig, 'path' | 'labelColumn' | 'featureColumns' | 'imageHeight' | 'imageWidth' | 'imageFit' | 'imageColor'>

/** A file of a table or an archive. */
interface OwnFile {
  readonly path: string
  readonly bytes: Buffer
  readonly config: ReadingConfig
  readonly badRows: BadRows
}

/**
 * Reads the user's own data: a table (`.csv`, `.tsv`, also `.gz`, or `.parquet`), an NPZ archive, a folder of IDX or NPY files, or one of images by class.
 *
 * Where there are no test examples, a fixed fifth of each class is set apart for them. Rows that do not read go to `badRows`, which may refuse them.
 *
 * @throws LoupeError `not-found`, `data-malformed`, `invalid-input` for a kind of file that Loupe does not read.
 */
export async function readFromPath(config: ReadingConfig, badRows: BadRows = collectBadRows({ isStrict: true })): Promise<Source> {
  const { path } = config
  if (path === null) throw new LoupeError('invalid-input', 'The data set "file" needs a path: a CSV, a Parquet file, an NPZ, a folder of IDX or NPY files, or a folder of images.', { path })
  const source = await readWhat(path, { config, badRows })
  return { ...source, hash: badRows.hashOf(source.hash) }
}

async function readWhat(path: string, { config, badRows }: Pick<OwnFile, 'config' | 'badRows'>): Promise<Source> {
  const isFolder = await stat(path).then((entry) => entry.isDirectory(), () => false)
  if (isFolder) return await readFolder(path, { config, badRows })
  const plain = path.toLowerCase().replace(/\.gz$/, '')
  const read = /\.(csv|tsv)$/.test(plain) ? fromCsv : /\.(parquet|pq)$/i.test(path) ? fromParquet : path.toLowerCase().endsWith('.npz') ? fromArchive : null
  if (read !== null) return await read({ path, bytes: await readBytes(path), config, badRows })
  await readBytes(path) // says where there is no such file
  const message = `${path} is no kind of file that Loupe reads. Use a .csv, .tsv, .parquet or .npz file (a .csv may be gzipped), a folder of IDX or NPY files, or a folder of images by class.`
  throw new LoupeError('invalid-input', message, { path })
}

async function fromCsv({ path, bytes, config, badRows }: OwnFile): Promise<Source> {
  return fromTable({ path, bytes, config, badRows }, { kind: 'csv', ...readCsv(await unpacked(bytes, path), { file: path, ...config, badRows }) })
}

async function fromParquet({ path, bytes, config, badRows }: OwnFile): Promise<Source> {
  return fromTable({ path, bytes, config, badRows }, { kind: 'parquet', ...(await readParquet(bytes, { file: path, ...config, badRows })) })
}

function fromTable({ path, bytes }: OwnFile, { kind, inputs, labels, classNames, features }: CsvTable & { readonly kind: 'csv' | 'parquet' }): Source {
  const all = labelled({ file: path, array: inputs }, { file: path, array: { shape: [labels.length], values: labels } })
  const facts = { kind, fileBytes: bytes.length, hasOwnTest: false, featureNames: features, imageSizes: null }
  return { ...named(path), classNames, ...apart(all), hash: sourceHash([sha256(bytes)]), facts }
}

async function fromArchive({ path, bytes, badRows }: OwnFile): Promise<Source> {
  const names = pairNames(listNpz(bytes, path), path)
  const wanted = new Set([...Object.values(names.train), ...Object.values(names.test ?? {})])
  const arrays = readNpz(bytes, { file: path, names: wanted })
  const source = await fromArrays(path, { names, badRows, read: async (name) => ({ file: `${path}: ${name}`, array: arrays.get(name)! }) })
  return { ...source, hash: sourceHash([sha256(bytes)]), facts: arrayFacts('npz', bytes.length, names) }
}

async function readFolder(path: string, { config, badRows }: Pick<OwnFile, 'config' | 'badRows'>): Promise<Source> {
  const entries = (await readdir(path)).sort()
  const files = new Map(entries.filter((entry) => /(\.npy|idx\d-[a-z]+)(\.gz)?$/i.test(entry)).map((entry) => [arrayName(entry), entry]))
  if (files.size === 0 && (await holdsFolders(path))) return await fromImages(path, { config, badRows })
  const names = pairNames([...files.keys()], path)
  const hashes: string[] = []
  let fileBytes = 0
  const read: ArrayReader = async (name) => {
    const file = join(path, files.get(name)!)
    const bytes = await readBytes(file)
    hashes.push(sha256(bytes))
    fileBytes += bytes.length
    const content = await unpacked(bytes, file)
    return { file, array: /\.npy(\.gz)?$/i.test(file) ? readNpy(content, file) : readIdx(content, file) }
  }
  const source = await fromArrays(path, { names, badRows, read })
  const kind = /\.npy(\.gz)?$/i.test(files.get(names.train.inputs)!) ? 'npy' : 'idx'
  return { ...source, hash: sourceHash(hashes), facts: arrayFacts(kind, fileBytes, names) }
}

async function fromImages(path: string, { config, badRows }: Pick<OwnFile, 'config' | 'badRows'>): Promise<Source> {
  const { classNames, train, validation, test, hash, bytes, sizes } = await readImageFolder(path, { ...config, badRows })
  const facts = { kind: 'images', fileBytes: bytes, hasOwnTest: test !== null, featureNames: null, imageSizes: sizes } as const
  return { ...named(path), classNames, ...(test === null ? apart(train) : { train, test }), ...(validation === null ? {} : { validation }), hash, facts }
}

function arrayFacts(kind: 'idx' | 'npy' | 'npz', fileBytes: number, { test }: ArrayNames): Source['facts'] {
  return { kind, fileBytes, hasOwnTest: test !== null, featureNames: null, imageSizes: null }
}

async function fromArrays(path: string, { names, badRows, read }: { names: ArrayNames; badRows: BadRows; read: ArrayReader }): Promise<Omit<Source, 'hash' | 'facts'>> {
  // One after the other: the order of the hashes must not depend on the disk.
  const train = labelled(await read(names.train.inputs), await read(names.train.labels), badRows)
  const parts = names.test === null ? apart(train) : { train, test: labelled(await read(names.test.inputs), await read(names.test.labels), badRows) }
  checkTestShape(path, parts)
  return { ...named(path), classNames: numberedClasses(path, parts), ...parts }
}

function checkTestShape(path: string, { train, test }: { train: Labelled; test: Labelled }): void {
  const [expected, found] = [train, test].map(({ inputs }) => inputs.shape.slice(1).join(' × '))
  if (expected !== found) throw malformed({ file: path, at: 'test examples', expected: `examples of ${expected}, as those to train on`, found: `${found}` })
}

function numberedClasses(path: string, { train, test }: { train: Labelled; test: Labelled }): readonly string[] {
  const highest = [train, test].reduce((most, { labels }) => labels.reduce((a, b) => Math.max(a, b), most), 0)
  if (highest === 0) throw malformed({ file: path, at: 'labels', expected: 'at least 2 classes', found: 'only class 0' })
  return Array.from({ length: highest + 1 }, (_, index) => `${index}`)
}

function named(path: string): { name: string; title: string } {
  return { name: 'file', title: basename(path) }
}

/** `x_test` for `x_test.npy`; an IDX file keeps its name, `train-images-idx3-ubyte`, without `.gz`. */
function arrayName(entry: string): string {
  return entry.replace(/\.gz$/i, '').replace(/\.npy$/i, '')
}
