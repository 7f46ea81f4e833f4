import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useRouter } from 'vue-router'
import { stepAt, tourSteps } from './steps.ts'

/** The first study, step by step. Null while nobody takes the tour. */
export const useTour = defineStore('tour', () => {
  const router = useRouter()
  const place = ref<number | null>(null)
  const step = computed(() => (place.value === null ? null : (tourSteps[place.value] ?? null)))

  function begin(): void {
    place.value = 0
    void router.push({ name: 'start' })
  }
  function arrive(route: unknown): void {
    if (place.value !== null) place.value = stepAt(place.value, route)
  }
  function move(by: 1 | -1): void {
    if (place.value === null) return
    const next = place.value + by
    place.value = next < 0 ? 0 : next >= tourSteps.length ? null : next
  }
  function end(): void {
    place.value = null
  }
  return { place, step, begin, arrive, move, end }
})
