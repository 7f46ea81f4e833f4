import { InvalidArgumentError } from 'commander'
import type { DatasetConfig, DatasetConfigInput } from '../contract/dataset-config.ts'

/** What `loupe data inspect` takes beside a path, as the command line gives it. */
export interface DataOptions {
  readonly labelColumn?: string
  readonly featureColumns?: readonly string[]
  readonly imageSize?: { readonly width: number; readonly height: number }
  readonly imageFit?: DatasetConfig['imageFit']
  readonly imageColor?: DatasetConfig['imageColor']
  readonly badRows?: DatasetConfig['badRows']
}

export function widthAndHeight(text: string): { readonly width: number; readonly height: number } {
  const [, width, height] = /^(\d{1,4})[x×](\d{1,4})$/.exec(text) ?? []
  if (Number(width) >= 1 && Number(height) >= 1) return { width: Number(width), height: Number(height) }
  throw new InvalidArgumentError('A size is width and height in pixels, such as 64x48.')
}

export function dataConfigOf({ featureColumns, imageSize, ...plain }: DataOptions): DatasetConfigInput {
  return {
    ...(plain.labelColumn === undefined ? {} : { labelColumn: plain.labelColumn }),
    ...(plain.imageFit === undefined ? {} : { imageFit: plain.imageFit }),
    ...(plain.imageColor === undefined ? {} : { imageColor: plain.imageColor }),
    ...(plain.badRows === undefined ? {} : { badRows: plain.badRows }),
    ...(featureColumns === undefined ? {} : { featureColumns: [...featureColumns] }),
    ...(imageSize === undefined ? {} : { imageWidth: imageSize.width, imageHeight: imageSize.height }),
  }
}
