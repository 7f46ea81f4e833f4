import type { DatasetConfig } from '../contract/dataset-config.ts'
import type { DatasetInspection } from '../contract/dataset-inspection.ts'
import type { ParsedQueryInput, QueryOutput } from '../contract/queries.ts'
import { contentStamp } from '../training/datasets/content-stamp.ts'
import { inspectDataset } from '../training/datasets/inspection/inspect-dataset.ts'
import type { Inspected } from '../training/datasets/inspection/inspect-dataset.ts'
import { previewExamples } from '../training/datasets/inspection/preview-examples.ts'

export type DatasetQuestion =
  | { readonly name: 'dataset.inspect'; readonly input: ParsedQueryInput<'dataset.inspect'> }
  | { readonly name: 'dataset.preview'; readonly input: ParsedQueryInput<'dataset.preview'> }

/** Answers questions about data sets. Keeps the one asked about last, because its pages come one after the other; one whose files changed is read again. */
export function inspectedDatasets(): (question: DatasetQuestion) => Promise<DatasetInspection | QueryOutput<'dataset.preview'>> {
  let kept: { readonly key: string; readonly reading: Promise<Inspected> } | null = null
  const read = async (config: DatasetConfig): Promise<Inspected> => {
    const key = JSON.stringify([config, config.path === null ? null : await contentStamp(config.path)])
    if (kept?.key !== key) {
      const reading = inspectDataset(config)
      kept = { key, reading }
      reading.catch(() => {
        if (kept?.key === key) kept = null
      })
    }
    return await kept.reading
  }
  return async (question) => {
    const inspected = await read(question.input.dataset)
    return question.name === 'dataset.inspect' ? inspected.inspection : previewExamples(inspected, question.input)
  }
}
