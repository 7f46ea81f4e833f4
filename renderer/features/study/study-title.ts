import type { ComposerTranslation } from 'vue-i18n'
import type { StudyRecord } from '../../../main/contract/records.ts'

/** A study's name, or one made of its method and its number. */
export function studyTitle(study: Pick<StudyRecord, 'id' | 'name' | 'config'>, t: ComposerTranslation): string {
  return study.name === '' ? `${t(`start.method.${study.config.method}.title`)} · ${study.id.replace(/^study-/, '').slice(-6)}` : study.name
}
