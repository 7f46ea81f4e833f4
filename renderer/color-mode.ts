import { computed, shallowRef, watchEffect } from 'vue'

export const colorModes = ['system', 'light', 'dark'] as const
export type ColorMode = (typeof colorModes)[number]

const storageKey = 'loupe.colorMode'
const system = matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = shallowRef(system.matches)
const choice = shallowRef<ColorMode>(stored())

/** Whether the window is dark now. The class on the document does the rest; no style is injected, for the policy's sake. */
export const isDark = computed(() => choice.value === 'dark' || (choice.value === 'system' && systemIsDark.value))
export const colorMode = computed({
  get: () => choice.value,
  set: (mode: ColorMode) => {
    choice.value = mode
    localStorage.setItem(storageKey, mode)
  },
})

system.addEventListener('change', (event) => (systemIsDark.value = event.matches))
watchEffect(() => document.documentElement.classList.toggle('dark', isDark.value))

function stored(): ColorMode {
  const mode = localStorage.getItem(storageKey)
  return colorModes.find((known) => known === mode) ?? 'system'
}
