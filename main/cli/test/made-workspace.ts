import { metrics } from '../../contract/metrics.ts'
import type { MetricRow } from '../../contract/metrics.ts'
import { openLogWriter } from '../../log/open.ts'
import { madeConfig, madeEnvironment, madeFacts, madeRuns } from '../../report/test/made-study.ts'

/** Logs one finished study into a workspace, as the engine leaves it, and returns its id; the study's name is markup. */
export function logMadeStudy(workspace: string): string {
  const log = openLogWriter({ workspace })
  const config = madeConfig({}, '<script>week</script>')
  const { id: studyId } = log.createStudy(config)
  log.appendEvent({ studyId, runId: null, level: 'info', kind: 'dataset.read', message: 'Read.', facts: { ...madeFacts, hash: 'feed' } })
  for (const { key, config: run, evaluations, steps, examples, wallMs, censored } of madeRuns(config)) {
    const { id } = log.createRun({ studyId, key, config: run })
    const whole = evaluations.filter(({ step }) => Number.isInteger(step)) // the log takes no half steps
    const rows = whole.flatMap(({ step, examples: seen, wallMs: at, values }) => Object.entries(values).flatMap(([name, value]): MetricRow[] => (isMetric(name) ? [{ key: name, step, examples: seen, wallMs: at, value }] : [])))
    log.appendMetrics(id, rows)
    log.updateRun(id, { status: 'finished', environment: madeEnvironment, startedAt: Date.now(), finishedAt: Date.now(), steps, examples, wallMs, censored })
  }
  log.updateStudy(studyId, { status: 'finished', startedAt: Date.now(), finishedAt: Date.now() })
  log.close()
  return studyId
}

function isMetric(name: string): name is MetricRow['key'] {
  return name in metrics
}
