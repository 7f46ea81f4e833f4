/** Numbers and times as people read them, in the window's language. Units are added by the caller's text where they have words. */
export interface Formats {
  /** Whole numbers in full: 12,345. */
  count(value: number): string
  /** Three significant digits with a magnitude: 1.23M. */
  compact(value: number): string
  /** Significant digits, in powers of ten where it is very small or large: 0.0123, 1.2e-5. */
  significant(value: number, digits?: number): string
  /** A share of one: 0.123 is 12%. */
  percent(value: number, digits?: number): string
  /** 3.2 s, 4 min 05 s, 2 h 10 min. */
  duration(seconds: number): string
  ms(value: number): string
  bytes(value: number): string
  /** Date and time of day. */
  instant(at: number): string
  /** Time of day with seconds. */
  clock(at: number): string
}

const none = '–'

export function createFormats(locale: string): Formats {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  // Magnitudes stay k, M and G in every language: they are read beside axes.
  const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
  // Japanese tables write 2026/11/25; with its characters for year, month and day a date is half as long again.
  const dayForm = locale.startsWith('ja') ? ({ month: '2-digit', day: '2-digit' } as const) : ({ month: 'short', day: 'numeric' } as const)
  const date = new Intl.DateTimeFormat(locale, { year: 'numeric', ...dayForm, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  const significant = (value: number, digits = 3) => {
    if (!Number.isFinite(value)) return none
    const size = Math.abs(value)
    if (value !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(digits - 1).replace('e+', 'e')
    return new Intl.NumberFormat(locale, { maximumSignificantDigits: Math.max(digits, size >= 1 ? Math.ceil(Math.log10(size + 1)) : digits) }).format(
      size >= 10 ** digits ? Math.round(value) : value,
    )
  }
  return {
    significant,
    count: (value) => (Number.isFinite(value) ? whole.format(value) : none),
    compact: (value) => (Number.isFinite(value) ? short.format(value).replace('K', 'k') : none),
    percent: (value, digits = 0) => (Number.isFinite(value) ? new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(value) : none),
    duration: (seconds) => formatDuration(seconds),
    ms: (value) => (Number.isFinite(value) ? (value >= 1000 ? formatDuration(value / 1000) : `${significant(value)} ms`) : none),
    bytes: (value) => formatBytes(value),
    instant: (at) => date.format(at),
    clock: (at) => time.format(at),
  }
}

function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return none
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const rounded = Math.round(seconds)
  if (rounded < 60) return `${rounded} s`
  if (rounded < 3600) return `${Math.floor(rounded / 60)} min ${String(rounded % 60).padStart(2, '0')} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
  const hours = Math.round(seconds / 3600)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return none
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`
}
