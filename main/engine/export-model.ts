import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LoupeError } from '../contract/errors.ts'
import type { ExportFormat, ModelCard } from '../contract/model-export.ts'
import type { RunRecord } from '../contract/records.ts'
import type { LogReader } from '../log/log.ts'
import { workspacePaths } from '../log/workspace.ts'
import type { FrozenModel } from '../tensorflow/freeze.ts'
import type { Dataset } from '../training/datasets/dataset.ts'
import type { ExportedModel } from '../training/export/exported-model.ts'
import type { Checkpoint } from '../training/trainer.ts'
import { loupeVersion } from './environment.ts'
import { loggedAccuracy } from './logged-accuracy.ts'
import { measureGraphModel, measureSavedModel } from './measure-export.ts'
import type { EngineParts } from './parts.ts'
import type { Preparation } from './preparation.ts'
import { trainedCheckpoint } from './trained-checkpoint.ts'

/** Names in an export's folder. */
export const exportNames = { 'saved-model': 'saved_model', tfjs: 'tfjs', card: 'model-card.json' } as const

export interface ExportModelOptions {
  readonly reader: Pick<LogReader, 'run' | 'checkpoints' | 'checkpointBytes' | 'evaluations' | 'records'>
  readonly preparation: Preparation
  readonly parts: Pick<EngineParts, 'decodeCheckpoint'>
  readonly runId: string
  /** Of the checkpoint whose weights are written; the newest where left out. */
  readonly step?: number
  /** Null for the first student, or the whole model of a run that does not distil. */
  readonly depth: number | null
  readonly formats: readonly ExportFormat[]
  /** An own folder, which must be new or empty; or the workspace, in which an earlier export of the same depth, and step where one is named, is replaced. */
  readonly to: { readonly folder: string } | { readonly workspace: string }
}

/**
 * Writes the trained model of a run, or a student of it, as its newest or another checkpoint has it, so that it loads elsewhere: weights frozen to constants, raw inputs, any batch
 * size. The files appear in their folder all together, or not at all.
 *
 * @throws LoupeError `not-found` for a run without a trained checkpoint, `invalid-input` for a depth that it trains no head at or a
 *   folder that holds something, `unsupported` where TensorFlow is missing or an operation does not go into a file.
 */
export async function exportModel(options: ExportModelOptions): Promise<{ readonly path: string; readonly card: ModelCard }> {
  const { reader, preparation, to } = options
  if ('folder' in to) await requireEmpty(to.folder)
  const run = reader.run(options.runId)
  const checkpoint = trainedCheckpoint({ ...options, run, step: options.step ?? null })
  const dataset = await preparation.dataset(run.config.dataset)
  const { exportedModel } = await import('../training/export/exported-model.ts')
  const exported = exportedModel({ config: run.config, dataset, variables: checkpoint.variables, depth: options.depth })
  const runtime = await preparation.runtime()
  const { freezeModel } = await import('../tensorflow/open.ts')
  const frozen = await freezeModel({ name: 'export', inputShape: exported.model.inputShape, constants: exported.constants, trace: exported.trace })
  const path = 'folder' in to ? to.folder : join(workspacePaths(to.workspace).exports, `${run.id}${options.step === undefined ? '' : `-step-${options.step}`}-depth-${exported.depth}`)
  const staging = `${path}.partial`
  try {
    await rm(staging, { recursive: true, force: true })
    const files = await writeFormats({ formats: options.formats, frozen, staging, tensorflow: runtime.version })
    const accuracy = await measure({ ...options, exported, step: checkpoint.step, run, dataset, staging })
    const card = await cardOf({ run, checkpoint, dataset, exported, frozen, files, accuracy, tensorflow: runtime.version })
    await writeFile(join(staging, exportNames.card), `${JSON.stringify(card, null, 2)}\n`)
    await rm(path, { recursive: true, force: true }) // empty, or an earlier export of ours
    await rename(staging, path)
    return { path, card }
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => {}) // what could not be written may not be removable either
    throw asWritten(error, path)
  }
}

/** @throws LoupeError `invalid-input` for a folder that holds something, or a file in its place. */
async function requireEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') throw new LoupeError('invalid-input', `${folder} is a file. Name a folder that is not there yet.`, { folder })
    throw error
  })
  if (names.length === 0) return
  throw new LoupeError('invalid-input', `The folder ${folder} is not empty: it holds ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and more' : ''}. Name one that is new or empty.`, { folder, entries: names.length })
}

async function writeFormats({ formats, frozen, staging, tensorflow }: { readonly formats: readonly ExportFormat[]; readonly frozen: FrozenModel; readonly staging: string; readonly tensorflow: string }): Promise<ModelCard['files']> {
  const [{ encodeSavedModel }, { encodeGraphModel }] = await Promise.all([import('../tensorflow/graph-proto.ts'), import('../tensorflow/graph-model.ts')])
  const contents = (format: ExportFormat): Readonly<Record<string, Uint8Array>> =>
    format === 'saved-model' ? { 'saved_model.pb': encodeSavedModel({ ...frozen, tensorflow }) } : encodeGraphModel(frozen, { generatedBy: `Loupe ${loupeVersion}` })
  const files: ModelCard['files'] = []
  for (const format of new Set(formats)) {
    await mkdir(join(staging, exportNames[format]), { recursive: true })
    for (const [name, bytes] of Object.entries(contents(format))) {
      const path = `${exportNames[format]}/${name}`
      await writeFile(join(staging, path), bytes)
      // Of what is on the disk, so that the card tells of a disk that lies.
      files.push({ path, bytes: bytes.length, sha256: createHash('sha256').update(await readFile(join(staging, path))).digest('hex') })
    }
  }
  return files
}

/** Examples by which a measured accuracy may differ from the logged one: other kernels round other last digits, and a tie may fall to the other side. */
const TIES = 0.001

async function measure({ reader, preparation, formats, exported, step, run, dataset, staging }: ExportModelOptions & { readonly exported: ExportedModel; readonly step: number; readonly run: RunRecord; readonly dataset: Dataset; readonly staging: string }): Promise<ModelCard['accuracy']> {
  const { split, accuracy: logged } = loggedAccuracy({ reader, runId: run.id, step, depth: exported.depth, students: run.config.distillation?.students ?? null, dataset })
  const examples = dataset[split]
  const measured: ModelCard['accuracy']['measured'] = []
  for (const format of new Set(formats)) {
    const folder = join(staging, exportNames[format])
    const accuracy = format === 'saved-model' ? await measureSavedModel(folder, { dataset, examples }) : await measureGraphModel(folder, { dataset, examples }, await preparation.runtime())
    measured.push({ format, accuracy })
  }
  const agrees = logged === null ? null : measured.every(({ accuracy }) => Math.abs(accuracy - logged) * examples.count <= Math.max(1, TIES * examples.count) + 1e-6)
  return { split, examples: examples.count, logged, measured, agrees }
}

interface CardParts {
  readonly run: RunRecord
  readonly checkpoint: Checkpoint
  readonly dataset: Dataset
  readonly exported: ExportedModel
  readonly frozen: FrozenModel
  readonly files: ModelCard['files']
  readonly accuracy: ModelCard['accuracy']
  readonly tensorflow: string
}

async function cardOf({ run, checkpoint, dataset, exported, frozen, files, accuracy, tensorflow }: CardParts): Promise<ModelCard> {
  const { tf } = await import('../tensorflow/tf.ts')
  const { model, depth, isWhole } = exported
  const { cost } = model
  const statistics = Object.values(model.initStatistics()).reduce((sum, { values }) => sum + values.byteLength, 0)
  const shapes = (tensors: FrozenModel['signature']['inputs']) => Object.entries(tensors).map(([name, { tensorShape }]) => ({ name, shape: (tensorShape.dim ?? []).map(({ size = 0 }) => size) }))
  return {
    title: model.title,
    createdAt: new Date().toISOString(),
    run: { id: run.id, name: run.name, step: checkpoint.step, examples: checkpoint.examples, configHash: run.configHash },
    model: { config: run.config.model, depth, isWhole, parameters: cost.parameters, bytes: 4 * cost.parameters + statistics, macsPerExample: cost.macsPerExample, activationBytesPerExample: cost.activationBytesPerExample },
    input: shapes(frozen.signature.inputs)[0]!, // a frozen model has one
    outputs: shapes(frozen.signature.outputs),
    classNames: [...dataset.classNames],
    dataset: { name: dataset.name, title: dataset.title, hash: dataset.hash },
    normalization: { offset: [...dataset.normalization.offset], scale: [...dataset.normalization.scale] },
    accuracy,
    files: [...files],
    versions: { loupe: loupeVersion, tensorflow, tfjs: tf.version.tfjs },
  }
}

/** What a disk refuses, in words; other errors as they are. */
function asWritten(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (error instanceof LoupeError || !/^E[A-Z]+$/.test(code)) return error
  return new LoupeError(code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'invalid-input', `The model cannot be written to ${path} (${code}). Name a folder that you may write to, on a disk with room, in ${dirname(path)} or elsewhere.`, { path, code }, { cause: error })
}
