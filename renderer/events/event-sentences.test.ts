import { describe, expect, it } from 'vitest'
import { gapSignal, lossGapPolicyConfig } from '../../main/contract/batch-policy-config.ts'
import { eventKinds } from '../../main/contract/event-kinds.ts'
import { createFormats } from '../format.ts'
import { i18n } from '../i18n.ts'
import { en } from '../locales/en/index.ts'
import { ja } from '../locales/ja/index.ts'
import { eventSentence } from './event-sentences.ts'

function say(kind: string, facts: Readonly<Record<string, unknown>>, locale: 'en' | 'ja' = 'en') {
  i18n.global.locale.value = locale
  return eventSentence({ kind, facts, message: 'As logged.' }, { t: i18n.global.t, f: createFormats(locale), dataset: (name) => (name === 'digits' ? 'Digits 8×8' : null), setting: (path) => path.split('.').at(-1) ?? path })
}
function leaves(value: object, path: readonly string[] = []): string[] {
  return Object.entries(value).flatMap(([key, child]) => (typeof child === 'string' ? [[...path, key].join('.')] : leaves(child, [...path, key])))
}

const flat = { condition: 'flatT', signal: 'train-loss', value: -1.234, threshold: -2, isMet: true, side: 'grow' }
const calm = { condition: 'divergeSigma', signal: 'train-loss', value: 0.4, threshold: 0.9, isMet: false, side: 'diverge' }
const wild = { condition: 'divergeRatio', signal: 'validation-error', value: 0.41234, threshold: 0.2, isMet: true, side: 'diverge' }
const changed = { fromBatch: 512, toBatch: 1024, lever: 'memory', replicas: 1, microBatch: 1024, loops: 1, trigger: 'flatT', reason: 'it is flat', readings: [flat, calm] }

/** Facts as `main/` logs them, for every kind. */
const logged: Readonly<Record<(typeof eventKinds)[number], Readonly<Record<string, unknown>>>> = {
  'workspace.on-network-disk': { path: '/data', disk: 'NFS' },
  'dataset.read': { name: 'digits', title: 'Digits', trainExamples: 1437, validationExamples: 180, testExamples: 180 },
  'metrics.dropped': { droppedRows: 12_345 },
  'disk.low': { path: '/data', freeBytes: 300 * 2 ** 20 },
  'log.unwritable': { code: 'disk-full', reason: 'No room on /data.' },
  'log.recovered': { heldMs: 4200, code: 'disk-full' },
  'queue.held': { code: 'disk-full', reason: 'No room on /data.' },
  'lane.failed': { lanes: 1, code: 'out-of-memory', reason: 'No room for a second run.' },
  'budget.reached': { hours: 1.5, allowedHours: 1.5, budgetHours: 1 },
  'point.stopped': { batchSize: 2048 },
  'latency.measured': { latencies: [{ depth: 1, medianMs: 0.2, p95Ms: 0.3 }], fastest: 0.2, slowest: 0.2 },
  'study.extended': { batchSizes: [512, 1024], maxSeeds: 4 },
  'study.finished': {},
  'study.failed': { code: 'internal' },
  'study.paused': {},
  'study.stopped': {},
  'study.interrupted': {},
  'run.imported': { tool: 'mlflow', path: '/data/mlflow.db', metrics: 4, values: 1200, outcome: 'added', omissions: [] },
  'run.branched': { fromRun: 'run-7', step: 1200, sha256: 'a' },
  'run.resumed': { step: 1200 },
  'run.interrupted': { was: 'running' },
  'run.failed': { code: 'diverged', trigger: 'notFinite' },
  'environment.changed': { before: { tensorflow: '2.21.0', device: 'CPU', threads: 2 }, now: { tensorflow: '2.21.0', device: 'GPU', threads: 1 } },
  'checkpoints.pruned': { checkpoints: 2, bytes: 4000, steps: [100, 200] },
  'checkpoint.unreadable': { checkpointId: 'c', step: 64, code: 'log-corrupt', reason: 'Its SHA-256 differs.' },
  'worker.lost': { worker: 1, host: '10.0.0.2:7171', reason: 'its connection was closed', step: 140 },
  'worker.returned': { worker: 1, host: '10.0.0.2:7171', step: 120, workers: 4, wanted: 4 },
  'worker.left-out': { worker: 1, host: '10.0.0.2:7171', step: 120, workers: 3, wanted: 4 },
  'workers.warned': { warning: 'Workers 0 and 1 have 2 and 8 cores.' },
  'gradients.saved': { step: 300, path: '/w/snapshots/run-000001-step-300.npz', bytes: 3_200_000, arrays: 12 },
  'gradients.not-saved': { step: 300, path: '/w/snapshots/run-000001-step-300.npz', code: 'disk-full', reason: 'No room.' },
  'armijo-fallback': { step: 400, fallbackSteps: 50 },
  'batch-norm-coupling': { model: 'ResNet-8' },
  'cut-batch-norm': { model: 'ResNet-8', cut: 'above-micro-batch', batchSize: 512, devices: 1, devicesAtStart: 1, largestMicroBatch: 64 },
  'cut-dropout': { model: 'MLP', cut: 'by-memory', batchSize: 512, devices: 1, devicesAtStart: 1, largestMicroBatch: null, dropout: 0.2 },
  'gap-below-ideal': { signal: 'train-loss', gap: -0.0123, ideal: 0.3 },
  'features.collapsed': { depth: 2, variance: 4e-8, steps: 50 },
  'weights.loaded': { extractor: 'front', fromRun: 'run-7', step: 900, loaded: 24, left: 2 },
  'network.saved': { step: 700, examples: 44_800, sha256: 'ab12cd34ef', bytes: 2_400_000, task: 0.4 },
  'run.ended': { step: 812 },
  'thresholds.reached': { step: 900, thresholds: [{ term: 'task', threshold: 0.3, loss: 0.29 }, { term: 'unlabelled', threshold: 0.02, loss: 0.0198 }] },
  'conditions.recommended': { step: 600, reason: 'will-not-reach', term: 'unlabelled', numbers: { limit: 0.034, threshold: 0.02 }, changes: [{ path: 'decorrelation.unlabelledWeight', from: 0.1, to: 0.3 }], wantsData: true },
  'channels.few-live': { live: 1, step: 1200, steps: 1 },
  'unlabelled.left-out': { dataset: 'Digits', examples: 180 },
  'threshold.below-reach': { term: 'labelled', threshold: 0.01, kind: 'unreachable', value: 0.012, samples: 64, neededSamples: 74 },
  'pooling.without-positions': { tap: null, pooling: 'average' },
  'model.exported': { title: 'ViT 2×32', depth: 2, isWhole: false, step: 900, path: '/w/exports/run-000001-depth-2', formats: ['saved-model', 'tfjs'], bytes: 240_000, split: 'test', logged: 0.8, measured: [{ format: 'tfjs', accuracy: 0.8 }], agrees: true },
  'batch.changed': changed,
  'batch.rolled-back': { ...changed, toBatch: 256, toEpoch: 3, rollbacks: 1, trigger: 'divergeRatio', readings: [flat, wild] },
  'batch.out-of-memory': { toEpoch: 3, checkpointStep: 900, batchSize: 1024, discardedFrom: 901, discardedTo: 940 },
  'batch.realised-smaller': { batchSize: 1024, replicas: 1, microBatch: 512, loops: 2 },
  'batch.status': { status: 'cooling-down' },
  'batch.frozen': { isFrozen: true },
}

describe('what events say', () => {
  it('has a text in every language for every kind that is logged, and for no other', () => {
    for (const messages of [en, ja]) expect(leaves(messages.events.kind).toSorted()).toEqual([...eventKinds].toSorted())
  })

  it('finds all that it says in the facts, in every language', () => {
    for (const locale of ['en', 'ja'] as const)
      for (const kind of eventKinds) {
        const { sentence } = say(kind, logged[kind], locale)
        expect(sentence, `${locale} ${kind}`).not.toBe('As logged.')
        expect(sentence, `${locale} ${kind}`).not.toMatch(/[{}]|events\.|undefined|null|NaN|–/)
      }
  })

  it('writes numbers as the rest of the window does', () => {
    expect(say('dataset.read', logged['dataset.read']).sentence).toBe('Read Digits 8×8: 1,437 training, 180 validation and 180 test examples.')
    expect(say('dataset.read', { ...logged['dataset.read'], name: 'file', title: 'mine.csv' }, 'ja').sentence).toContain('mine.csv を読みました。学習 1,437 例')
    expect(say('budget.reached', logged['budget.reached']).sentence).toBe('The study has trained for 1 h 30 min of its 1 h 30 min and pauses. Resuming it allows another 1 h 00 min.')
    expect(say('armijo-fallback', logged['armijo-fallback']).sentence).toContain('in 50 of 400 steps (12.5%)')
    expect(say('environment.changed', logged['environment.changed']).sentence).toContain('(Device CPU → GPU, Threads 2 → 1)')
  })

  it('says what is recommended, from what to what, and says it without numbers where they are missing', () => {
    const facts = logged['conditions.recommended']
    expect(say('conditions.recommended', facts).sentence).toBe('Recommended at step 600: The correlation on unlabelled examples (third) heads for 0.034 and will not come to its threshold of 0.02. Set unlabelledWeight 0.1 → 0.3. Give more training examples.')
    expect(say('conditions.recommended', { ...facts, numbers: {}, wantsData: false }, 'ja').sentence).toBe('ステップ 600 での推奨：ラベルなしの例での相関（第3）はしきい値に達しません。unlabelledWeight 0.1 → 0.3 に変えてください。')
    expect(say('conditions.recommended', { ...facts, reason: 'moon' }).sentence).toBe('As logged.')
  })

  it('says by what a threshold cannot be met, and from how many samples on it can', () => {
    expect(say('threshold.below-reach', logged['threshold.below-reach']).sentence).toBe('The threshold 0.01 of the correlation on labelled examples (fourth) is below the least value that the rank allows, 0.012 for 64 samples. From 74 samples on it is not.')
    expect(say('threshold.below-reach', { term: 'labelled', threshold: 0, kind: 'unlikely', value: 0.0159, samples: 64, neededSamples: null }).sentence).toContain('what chance alone makes of independent channels, 0.0159 for 64 samples. No number of samples is enough.')
    expect(say('thresholds.reached', logged['thresholds.reached']).sentence).toContain('task loss (second) 0.29 ≤ 0.3')
  })

  it('quotes an error by its title, with what was logged beside it', () => {
    expect(say('run.failed', logged['run.failed'])).toEqual({ sentence: 'The run failed: Training diverged.', detail: 'As logged.' })
    expect(say('checkpoint.unreadable', logged['checkpoint.unreadable'], 'ja')).toEqual({ sentence: 'ステップ 64 のチェックポイントは読めないため飛ばします（ログを読めません）。', detail: 'Its SHA-256 differs.' })
    expect(say('batch.out-of-memory', { ...logged['batch.out-of-memory'], reason: 'No room on GPU:0.' }).detail).toBe('No room on GPU:0.')
    expect(say('run.resumed', logged['run.resumed']).detail).toBeNull()
  })

  it('says what was added to a study, whichever it was', () => {
    expect(say('study.extended', { batchSizes: [1024], maxSeeds: null }).sentence).toBe('Extended by batch sizes 1,024.')
    expect(say('study.extended', { batchSizes: [], maxSeeds: 5 }).sentence).toBe('Extended to up to 5 seeds at each batch size.')
    expect(say('study.interrupted', { was: 'queued' }, 'ja').sentence).toContain('待機中')
    expect(say('batch.frozen', { isFrozen: false }).sentence).toBe('The controller decides again.')
  })

  it('says of an export where it is, and where its files differ from the log', () => {
    expect(say('model.exported', logged['model.exported']).sentence).toBe('ViT 2×32 of step 900 is exported to /w/exports/run-000001-depth-2 (240 kB).')
    expect(say('model.exported', { ...logged['model.exported'], agrees: null }).sentence).toMatch(/kB\)\.$/)
    expect(say('model.exported', { ...logged['model.exported'], agrees: false }).sentence).toContain('not as accurate as the run logged')
  })

  it('says a kind it does not know, or one that lacks a fact, as it was logged', () => {
    expect(say('rocket.launched', { where: 'here' })).toEqual({ sentence: 'As logged.', detail: null })
    expect(say('toString', {})).toEqual({ sentence: 'As logged.', detail: null })
    expect(say('run.failed', { code: 'too-hot' })).toEqual({ sentence: 'As logged.', detail: null })
    expect(say('lane.failed', { lanes: 2 })).toEqual({ sentence: 'As logged.', detail: null })
  })
})

describe('why a batch size changed', () => {
  it('is said by the readings that were met on the side that decided', () => {
    expect(say('batch.changed', changed).sentence).toBe(
      'Batch size 512 → 1,024: the slope of the training loss is -1.23 standard errors from 0 (flat above -2). Realised as 1\u00a0×\u00a01,024\u00a0×\u00a01 (devices × micro-batch × loops): there is room for larger micro-batches.',
    )
    expect(say('batch.rolled-back', logged['batch.rolled-back']).sentence).toBe(
      'Back to the end of epoch 3 (rollback 1), and on with batch size 256 after 512: the smoothed gap of the validation error is 0.412, too many times its best (at most 0.2).',
    )
    expect(say('batch.changed', { ...changed, toBatch: 256, lever: 'loops' }, 'ja').sentence).toContain('順に処理するマイクロバッチを減らします')
  })

  it('is said by the user, the epoch or the proposal where they decided', () => {
    const because = (facts: object) => say('batch.changed', { ...changed, ...facts }).sentence
    expect(because({ trigger: 'request', readings: [] })).toContain('512 → 1,024: asked for by the user.')
    expect(because({ trigger: 'epochStep', readings: [flat], numbers: { epoch: 5 } })).toContain('it changes with the epochs, and epoch 5 is done.')
    expect(because({ trigger: 'notFinite', readings: [wild, { ...wild, condition: 'notFinite', signal: 'gradient-norm', value: 1 }] })).toContain(': the gradient norm is not finite.')
    const proposed = { condition: 'norm-test', signal: null, value: 1034.2, threshold: 512, isMet: true, side: 'grow' }
    expect(because({ trigger: 'norm-test', readings: [proposed], numbers: { theta: 1, trace: 640.4, gradientSquared: 0.62 } })).toContain('the norm test with θ 1 asks for 1,034 (tr Σ 640, |G|² 0.62)')
  })

  it('falls back to the logged reason', () => {
    expect(say('batch.changed', { ...changed, trigger: 'moon', readings: [{ ...flat, condition: 'moon' }] }).sentence).toContain('1,024: it is flat. Realised')
    expect(say('batch.changed', { ...changed, readings: 'none' }).sentence).toContain('1,024: it is flat. Realised')
    expect(say('batch.changed', { ...changed, trigger: 'cabs', readings: [{ ...flat, condition: 'cabs', signal: null }] }).sentence).toContain('1,024: it is flat. Realised')
  })

  it('has words for every condition and every signal of the controller', () => {
    const conditions = Object.keys(lossGapPolicyConfig.shape).filter((name) => /Below$|^flatT$|^diverge/.test(name))
    expect(conditions).toHaveLength(10)
    expect(Object.keys(en.events.reason)).toEqual(expect.arrayContaining(conditions))
    expect(Object.keys(en.events.signal)).toEqual(expect.arrayContaining(gapSignal.options))
  })
})
