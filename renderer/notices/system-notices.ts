import { computed, shallowRef } from 'vue'
import type { EndedItem } from '../../main/contract/queue.ts'
import { itemAddress } from '../features/queue/item-title.ts'
import { i18n } from '../i18n.ts'

const storageKey = 'loupe.systemNotices'
const wanted = shallowRef(localStorage.getItem(storageKey) === 'on')
const permission = shallowRef(hasNotifications() ? Notification.permission : 'denied')

/** Whether ends are told by the system, too, where the window is not in front. */
export const notifiesBySystem = computed(() => wanted.value && permission.value === 'granted')

/** Whether the browser or system refuses, so that asking is of no use. */
export const isRefused = computed(() => permission.value === 'denied')

/** Turns notifications by the system on or off; the first time the browser asks the user. */
export async function setSystemNotices(isOn: boolean): Promise<void> {
  if (isOn && hasNotifications() && Notification.permission === 'default') await Notification.requestPermission()
  permission.value = hasNotifications() ? Notification.permission : 'denied'
  wanted.value = isOn && permission.value === 'granted'
  localStorage.setItem(storageKey, wanted.value ? 'on' : 'off')
}

/** Tells an end by the system, unless the window is in front: there it is told in the window. */
export function notifyBySystem(item: EndedItem): void {
  if (!notifiesBySystem.value || document.hasFocus()) return
  const { t } = i18n.global
  // The same tag in every window: the system shows one of them.
  const shown = new Notification(t(`notices.${item.status}`, { name: item.name || item.id }), { body: item.error?.message ?? '', tag: `loupe ${item.id} ${item.at}` })
  shown.addEventListener('click', () => {
    window.focus()
    location.hash = itemAddress(item)
    shown.close()
  })
}

function hasNotifications(): boolean {
  return 'Notification' in window
}
