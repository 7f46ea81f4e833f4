import { onBeforeUnmount, onMounted, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import type { PlotArea } from './paint-axes.ts'
import type { Span } from './scale.ts'

export interface DraggingOptions {
  readonly element: Readonly<ShallowRef<HTMLElement | null>>
  readonly area: { readonly value: PlotArea }
  readonly mode: () => 'zoom' | 'pan'
  readonly onPoint: (at: { readonly x: number; readonly y: number }) => void
  readonly onLeave: () => void
  /** Moved by a share of the width. */
  readonly onPan: (share: number) => void
  /** Pixels chosen on one axis or both. */
  readonly onSelect: (chosen: { readonly x: Span | null; readonly y: Span | null }) => void
  readonly onZoom: (at: { readonly share: number; readonly factor: number }) => void
  readonly onReset: () => void
}

interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A shorter drag is a click, and a side that is shorter chooses nothing on its axis. */
const shortestPx = 6
const thinnestPx = 22

/** Pointer and wheel over a plot: dragging chooses a part or moves it (the other one with Shift), the wheel zooms with Ctrl and moves sideways, two clicks reset. */
export function useDragging(options: DraggingOptions): { readonly selection: Readonly<ShallowRef<Rectangle | null>> } {
  const selection = shallowRef<Rectangle | null>(null)
  let begun: { readonly x: number; readonly y: number; readonly isPan: boolean; lastX: number } | null = null
  let pending: { readonly x: number; readonly y: number } | null = null
  let frame: number | null = null

  const place = (event: MouseEvent) => {
    const box = options.element.value?.getBoundingClientRect()
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) }
  }
  const isInside = ({ x, y }: { readonly x: number; readonly y: number }) => {
    const { left, top, width, height } = options.area.value
    return x >= left && x <= left + width && y >= top && y <= top + height
  }
  /** Once a frame: pointers tell of themselves more often than anything is drawn. */
  function point(at: { readonly x: number; readonly y: number }): void {
    pending = at
    frame ??= requestAnimationFrame(() => {
      frame = null
      const last = pending
      pending = null
      if (last === null) return
      if (begun?.isPan === true) {
        options.onPan((last.x - begun.lastX) / options.area.value.width)
        begun.lastX = last.x
      } else if (begun !== null) selection.value = rectangle(begun, last, options.area.value)
      else if (isInside(last)) options.onPoint(last)
      else options.onLeave()
    })
  }
  function onDown(event: PointerEvent): void {
    const at = place(event)
    if (!isInside(at) || (event.button !== 0 && event.button !== 1)) return
    begun = { ...at, isPan: (options.mode() === 'pan') !== event.shiftKey || event.button === 1, lastX: at.x }
    options.element.value?.setPointerCapture(event.pointerId)
    if (event.button === 1) event.preventDefault()
    options.onLeave()
  }
  function onMove(event: PointerEvent): void {
    point(place(event))
  }
  function onUp(event: PointerEvent): void {
    const start = begun
    begun = null
    const chosen = selection.value
    selection.value = null
    if (start === null || start.isPan) return
    const end = place(event)
    if (chosen === null || Math.max(Math.abs(end.x - start.x), Math.abs(end.y - start.y)) < shortestPx) return
    const { width, height } = options.area.value
    const x = chosen.width >= width ? null : { from: chosen.x, to: chosen.x + chosen.width }
    const y = chosen.height >= height ? null : { from: chosen.y, to: chosen.y + chosen.height }
    if (x !== null || y !== null) options.onSelect({ x, y })
  }
  function onCancel(): void {
    begun = null
    selection.value = null
  }
  function onWheel(event: WheelEvent): void {
    const { left, width } = options.area.value
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault()
      options.onZoom({ share: Math.min(1, Math.max(0, (place(event).x - left) / width)), factor: 1.0018 ** event.deltaY })
      return
    }
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX
    if (Math.abs(sideways) <= Math.abs(event.shiftKey ? 0 : event.deltaY)) return
    event.preventDefault()
    options.onPan(-sideways / width)
  }
  const listeners = [
    ['pointerdown', onDown],
    ['pointermove', onMove],
    ['pointerup', onUp],
    ['pointercancel', onCancel],
    ['pointerleave', () => begun === null && options.onLeave()],
    ['dblclick', () => options.onReset()],
  ] as const
  onMounted(() => {
    const element = options.element.value
    for (const [name, listener] of listeners) element?.addEventListener(name, listener as EventListener) // each takes what its event is
    element?.addEventListener('wheel', onWheel, { passive: false })
  })
  onBeforeUnmount(() => frame !== null && cancelAnimationFrame(frame))
  return { selection }
}

function rectangle(from: { readonly x: number; readonly y: number }, to: { readonly x: number; readonly y: number }, { left, top, width, height }: PlotArea): Rectangle {
  const [x0, x1] = [Math.min(from.x, to.x), Math.max(from.x, to.x)].map((x) => Math.min(left + width, Math.max(left, x))) as [number, number] // as many as in the list
  const [y0, y1] = [Math.min(from.y, to.y), Math.max(from.y, to.y)].map((y) => Math.min(top + height, Math.max(top, y))) as [number, number]
  // A flat drag chooses on the horizontal axis alone, an upright one on the vertical, and shows it.
  const [isFlat, isUpright] = [y1 - y0 < thinnestPx, x1 - x0 < thinnestPx && y1 - y0 >= thinnestPx]
  return { x: isUpright ? left : x0, width: isUpright ? width : x1 - x0, y: isFlat ? top : y0, height: isFlat ? height : y1 - y0 }
}
