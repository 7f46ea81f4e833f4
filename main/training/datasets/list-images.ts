import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { byCodePoints } from './class-labels.ts'
import { malformed } from './malformed.ts'

const parts = ['train', 'validation', 'test'] as const
export type ImagePart = (typeof parts)[number]
const partWords: ReadonlyMap<string, ImagePart> = new Map([['train', 'train'], ['training', 'train'], ['val', 'validation'], ['valid', 'validation'], ['validation', 'validation'], ['test', 'test'], ['testing', 'test']])

/** An image in a folder of its class. */
export interface ImageFile {
  /** In the folder of the data set, with `/`. */
  readonly name: string
  readonly part: ImagePart
  readonly className: string
}

/** Whether a folder holds folders, as one of images does and one of arrays does not. */
export async function holdsFolders(path: string): Promise<boolean> {
  return (await folders(path)).length > 0
}

/**
 * Files that are images by their names' ends: training images first, then by folder and name in the order of their code points.
 *
 * Hidden files and folders are passed over, and beside a folder `train` all that are no part. Kinds of image that Loupe does not decode are among them, so that they
 * are told and not missed.
 */
export async function listImages(path: string): Promise<readonly ImageFile[]> {
  const top = await folders(path)
  const isParted = top.some((name) => partWords.get(name.toLowerCase()) === 'train')
  const found: ImageFile[] = []
  for (const name of top) {
    if (!isParted) found.push(...(await imagesOf(path, { folder: name, part: 'train', className: name })))
    const part = isParted ? partWords.get(name.toLowerCase()) : undefined
    if (part === undefined) continue
    for (const className of await folders(join(path, name))) found.push(...(await imagesOf(path, { folder: `${name}/${className}`, part, className })))
  }
  return parts.flatMap((part) => found.filter((file) => file.part === part))
}

/** @throws LoupeError `data-malformed` for fewer than two classes, and for one that has test or validation images only. */
export function requireClasses(path: string, { files, classNames }: { readonly files: readonly ImageFile[]; readonly classNames: readonly string[] }): void {
  if (classNames.length < 2) {
    const found = classNames.length === 1 ? `images of "${classNames[0]}" only` : 'no image in a folder of its class'
    throw malformed({ file: path, at: null, expected: 'a folder of PNG, JPEG or WebP images for each of at least 2 classes', found })
  }
  const known = new Set(classNames)
  const other = files.find(({ className }) => !known.has(className))
  if (other === undefined) return
  throw malformed({ file: path, at: other.name, expected: `a class of the training images (${classNames.slice(0, 20).join(', ')})`, found: `"${other.className}"` })
}

/** Links to folders among them: data sets are often put together of such. */
async function folders(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true })
  const visible = entries.filter((entry) => !entry.name.startsWith('.'))
  const isFolder = await Promise.all(visible.map(async (entry) => entry.isDirectory() || (entry.isSymbolicLink() && (await stat(join(path, entry.name)).then((target) => target.isDirectory(), () => false)))))
  return visible.flatMap(({ name }, index) => (isFolder[index] === true ? [name] : [])).sort(byCodePoints)
}

async function imagesOf(path: string, { folder, part, className }: { readonly folder: string; readonly part: ImagePart; readonly className: string }): Promise<readonly ImageFile[]> {
  const entries = await readdir(join(path, folder), { withFileTypes: true })
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name).filter((name) => !name.startsWith('.') && /\.(png|jpe?g|webp|gif|bmp|tiff?|svg|avif|heic)$/i.test(name))
  return names.sort(byCodePoints).map((name) => ({ name: `${folder}/${name}`, part, className }))
}
