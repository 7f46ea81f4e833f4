import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DatasetConfig } from '../../contract/dataset-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import { sha256, sourceHash } from './content-hash.ts'
import { readCsv } from './csv.ts'
import { apart } from './examples.ts'
import { readIdx } from './idx.ts'
import { labelled } from './labelled.ts'
import type { Labelled, NamedArray } from './labelled.ts'
import { malformed } from './malformed.ts'
import { pairNames } from './pair-names.ts'
import type { ArrayNames } from './pair-names.ts'
import { readNpy } from './npy.ts'
import { listNpz, readNpz } from './npz.ts'
import { readBytes, unpacked } from './read-bytes.ts'
import type { Source } from './source.ts'

/** Arrays of one source by name, fetched and hashed as they are asked for. */
type ArrayReader = (name: string) => Promise<NamedArray>

/**
 * Reads the user's own data: a CSV table (`.csv`, `.tsv`, also `.gz`), an NPZ archive, or a folder of IDX or NPY files.
 *
 * Where there are no test examples, a fixed fifth of each class is set apart for them.
 *
 * @throws LoupeError `not-found`, `data-malformed`, `invalid-input` for a kind of file that Loupe does not read.
 */
export async function readFromPath({ path, labelColumn }: Pick<DatasetConfig, 'path' | 'labelColumn'>): Promise<Source> {
  if (path === null) throw new LoupeError('invalid-input', 'The data set "file" needs a path: a CSV, an NPZ, or a folder of IDX or NPY files.', { path })
  const isFolder = await stat(path).then((entry) => entry.isDirectory(), () => false)
  if (isFolder) return readFolder(path)
  const bytes = await readBytes(path)
  const hash = sourceHash([sha256(bytes)])
  const plain = path.toLowerCase().replace(/\.gz$/, '')
  if (plain.endsWith('.csv') || plain.endsWith('.tsv')) return fromTable({ path, bytes: await unpacked(bytes, path), labelColumn, hash })
  if (plain.endsWith('.npz')) return fromArchive({ path, bytes, hash })
  const message = `${path} is no kind of file that Loupe reads. Use a .csv, .tsv or .npz file (a .csv may be gzipped), or a folder of IDX or NPY files.`
  throw new LoupeError('invalid-input', message, { path })
}

function fromTable({ path, bytes, labelColumn, hash }: { path: string; bytes: Buffer; labelColumn: string | null; hash: string }): Source {
  const { inputs, labels, classNames } = readCsv(bytes, { file: path, labelColumn })
  const all = labelled({ file: path, array: inputs }, { file: path, array: { shape: [labels.length], values: labels } })
  return { ...named(path), classNames, ...apart(all), hash }
}

async function fromArchive({ path, bytes, hash }: { path: string; bytes: Buffer; hash: string }): Promise<Source> {
  const names = pairNames(listNpz(bytes, path), path)
  const wanted = new Set([...Object.values(names.train), ...Object.values(names.test ?? {})])
  const arrays = readNpz(bytes, { file: path, names: wanted })
  const source = await fromArrays(path, { names, read: async (name) => ({ file: `${path}: ${name}`, array: arrays.get(name)! }) })
  return { ...source, hash }
}

async function readFolder(path: string): Promise<Source> {
  const entries = (await readdir(path)).sort()
  const files = new Map(entries.filter((entry) => /(\.npy|idx\d-[a-z]+)(\.gz)?$/i.test(entry)).map((entry) => [arrayName(entry), entry]))
  const names = pairNames([...files.keys()], path)
  const hashes: string[] = []
  const read: ArrayReader = async (name) => {
    const file = join(path, files.get(name)!)
    const bytes = await readBytes(file)
    hashes.push(sha256(bytes))
    const content = await unpacked(bytes, file)
    return { file, array: /\.npy(\.gz)?$/i.test(file) ? readNpy(content, file) : readIdx(content, file) }
  }
  const source = await fromArrays(path, { names, read })
  return { ...source, hash: sourceHash(hashes) }
}

async function fromArrays(path: string, { names, read }: { names: ArrayNames; read: ArrayReader }): Promise<Omit<Source, 'hash'>> {
  // One after the other: the order of the hashes must not depend on the disk.
  const train = labelled(await read(names.train.inputs), await read(names.train.labels))
  const parts = names.test === null ? apart(train) : { train, test: labelled(await read(names.test.inputs), await read(names.test.labels)) }
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
