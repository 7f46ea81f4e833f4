import type { ComposerTranslation } from 'vue-i18n'
import { filterProblems } from '../../../main/contract/filter/filter-error.ts'
import type { FilterProblem } from '../../../main/contract/filter/filter-error.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'

/** What is wrong with a filter in the window's language, with what was expected; a fault that it does not know in the words of the log. */
export function faultSentence(error: LoupeError, t: ComposerTranslation): string {
  const { problem, found = '', field = '', expected = [] } = error.facts
  const known = filterProblems.find((name): name is FilterProblem => name === problem)
  if (known === undefined) return error.message
  const said = t(`runs.filter.problem.${known}`, { found: String(found), field: String(field) })
  const words = Array.isArray(expected) ? expected.map(String).slice(0, 8) : []
  return words.length > 0 ? `${said} ${t('runs.filter.expected', { expected: words.join(', ') })}` : said
}
