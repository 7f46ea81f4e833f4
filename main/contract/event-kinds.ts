/**
 * Every kind of event that Loupe writes into its log. Adding one is a decision: the window has a sentence for each, in each language.
 *
 * A log may hold other kinds, written by another version; those are shown with their logged message.
 */
export const eventKinds = [
  'workspace.on-network-disk', // facts: path, disk
  'dataset.read', // facts: name, title, hash, trainExamples, validationExamples, testExamples, shape, classes, leftOut
  'metrics.dropped', // facts: droppedRows
  'disk.low', // facts: path, freeBytes
  'log.unwritable', // sent to listeners alone; facts: code, reason, and those of the error
  'log.recovered', // facts: heldMs, code
  'queue.held', // facts: code, reason, and those of the error
  'lane.failed', // facts: lanes, code, reason
  'budget.reached', // facts: hours, allowedHours, budgetHours
  'point.stopped', // facts: batchSize
  'latency.measured', // facts: latencies (depth, medianMs, p95Ms of each), fastest, slowest
  'study.extended', // facts: batchSizes, maxSeeds
  'study.finished',
  'study.failed', // facts: code, and those of the error
  'study.paused',
  'study.stopped',
  'study.interrupted', // facts: was, where its process had died
  'run.imported', // facts: tool, path, metrics, values, outcome, omissions
  'run.branched', // facts: fromRun, step, sha256
  'run.resumed', // facts: step
  'run.interrupted', // facts: was
  'run.failed', // facts: code, and those of the error
  'environment.changed', // facts: before, now
  'checkpoints.pruned', // facts: checkpoints, bytes, steps
  'checkpoint.unreadable', // facts: checkpointId, step, code, reason
  'worker.lost', // facts: worker, host, reason, step
  'worker.returned', // facts: worker, host, step, workers, wanted
  'worker.left-out', // facts: those of worker.returned
  'workers.warned', // facts: warning, and those of what is odd
  'gradients.saved', // facts: step, path, bytes, arrays
  'gradients.not-saved', // facts: step, path, code, reason
  'armijo-fallback', // facts: step, fallbackSteps
  'batch-norm-coupling', // facts: model
  'cut-batch-norm', // facts: model, cut, batchSize, devices, devicesAtStart, largestMicroBatch, batchMax
  'cut-dropout', // facts: those of cut-batch-norm, dropout
  'gap-below-ideal', // facts: signal, gap, ideal
  'features.collapsed', // facts: depth, variance, steps
  'weights.loaded', // facts: extractor, fromRun, step, loaded, left
  'network.saved', // facts: step, examples, sha256, bytes
  'model.exported', // facts: title, depth, isWhole, step, path, formats, bytes, split, logged, measured (format, accuracy of each), agrees
  'run.ended', // facts: step; the user pressed End
  'thresholds.reached', // facts: step, thresholds (term, threshold, loss of each)
  'conditions.recommended', // facts: step, reason, term, numbers, changes, wantsData
  'channels.few-live', // facts: live, step, steps
  'unlabelled.left-out', // facts: dataset, examples
  'threshold.below-reach', // facts: term, threshold, kind, value, samples, neededSamples
  'pooling.without-positions', // facts: tap, pooling
  'batch.changed', // facts: trigger, reason, readings, numbers, fromBatch, toBatch, lever, replicas, microBatch, loops and more
  'batch.rolled-back', // facts: trigger, reason, readings, numbers, fromBatch, toBatch, toEpoch, checkpointStep, rollbacks and more
  'batch.realised-smaller', // facts: batchSize, replicas, microBatch, loops and more
  'batch.status', // facts: status
  'batch.out-of-memory', // facts: toEpoch, checkpointStep, batchSize, reason and more
  'batch.frozen', // facts: isFrozen
] as const
export type EventKind = (typeof eventKinds)[number]
