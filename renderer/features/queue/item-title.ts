import type { ComposerTranslation } from 'vue-i18n'
import type { QueueItem } from '../../../main/contract/queue.ts'

/** The name of what is in the queue, or one made of what it is and its number. */
export function itemTitle(item: Pick<QueueItem, 'id' | 'name' | 'method'>, t: ComposerTranslation): string {
  if (item.name !== '') return item.name
  return item.method === null ? item.id : `${t(`start.method.${item.method}.title`)} · ${item.id.replace(/^study-/, '')}`
}

/** Where the window shows a run or study. */
export function itemAddress({ id, kind }: Pick<QueueItem, 'id' | 'kind'>): string {
  return kind === 'study' ? `/studies/${id}` : `/runs/${id}`
}
