import type { Issue } from '../../schema-form/form.ts'

/** What is wrong with a setting, in the window's language and in words for people; the schema's own words where there are none. */
export function issueText(issue: Issue, t: (key: string, named: Record<string, string>) => string): string {
  const { path, rule } = issue
  if (path === 'run.dataset.path' || /\.(labelled|unlabelled)Sets\.\d+\.path$/.test(path)) return t('newStudy.rule.path', {})
  if (rule?.code === 'too_small' || rule?.code === 'too_big') {
    const isLow = rule.code === 'too_small'
    const bound = rule.code === 'too_small' ? rule.minimum : rule.maximum
    if (rule.origin === 'array') return t(isLow ? 'newStudy.rule.fewest' : 'newStudy.rule.most', { bound: String(bound) })
    if (rule.origin !== 'string') return t(`newStudy.rule.${isLow ? (rule.inclusive ? 'least' : 'above') : rule.inclusive ? 'greatest' : 'below'}`, { bound: String(bound) })
  }
  if (rule?.code === 'invalid_type' && rule.expected === 'int') return t('newStudy.rule.whole', {})
  if (rule?.code === 'custom') {
    if (path === 'sweep.batchSizes') return t('newStudy.rule.twice', {})
    if (path === 'sweep.minSeeds') return t('newStudy.rule.seeds', {})
    if (path === 'sweep.tuningGrid') return t('newStudy.rule.grid', {})
    if (path === 'comparison.smallBatch') return t('newStudy.rule.smallBatch', {})
    if (path === 'comparison.arms' || path === 'quantization.arms') return t('newStudy.rule.arms', {})
    if (path === 'students.ways') return t('newStudy.rule.ways', {})
    if (path === 'labels.ways' || path === 'labels.fractions') return t('newStudy.rule.once', {})
    if (path === 'students.depths' || path === 'students.rearDepths') return t('newStudy.rule.depths', {})
    if (path === 'comparison.warmupEpochs') return t('newStudy.rule.warmup', {})
    if (path === 'comparison.currentArm') return t('newStudy.rule.currentArm', {})
    if (path === 'controller.driver') return t('newStudy.rule.neverChanges', {})
    if (path === 'controller.batchMin') return t('newStudy.rule.batchMin', {})
    if (path === 'run.optimizer.initialStep') return t('newStudy.rule.step', {})
  }
  return issue.message
}
