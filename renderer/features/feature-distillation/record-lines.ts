import type { DistillationRecord, RouteReading } from '../../../main/contract/distillation-records.ts'

export type RouteName = keyof RouteReading
export const routeNames = ['front', 'rear', 'feature', 'logits'] as const satisfies readonly RouteName[]

/** Norms of the gradients into the first extractor over the steps, by where they come from; routes that are off are left out. */
export function routeLines(records: readonly Pick<DistillationRecord, 'step' | 'routes'>[]): readonly { readonly route: RouteName; readonly places: readonly (readonly [step: number, norm: number])[] }[] {
  return routeNames.flatMap((route) => {
    const places = records.flatMap(({ step, routes }): (readonly [number, number])[] => {
      const norm = routes[route]
      return norm === null ? [] : [[step, norm]]
    })
    return places.length === 0 ? [] : [{ route, places }]
  })
}
