import temml from 'temml'
import { LoupeError } from '../contract/errors.ts'
import type { Html } from './html.ts'

/**
 * A TeX formula as MathML, which browsers draw without a script or a font of ours.
 *
 * @throws LoupeError `invalid-input` for TeX that does not read; also for LaTeX such a formula is refused, because it could end its own mathematics.
 */
export function mathMl(tex: string, display: 'inline' | 'block' = 'inline'): Html {
  return { html: parsed(tex, display) }
}

/** A formula as LaTeX takes it, once it is known to read: without empty lines, which end mathematics there, and with a line's end behind a comment. */
export function checkedTex(tex: string): string {
  parsed(tex, 'inline')
  const closed = tex.trim().replace(/\n\s*\n/g, '\n')
  return closed.includes('%') ? `${closed}\n` : closed
}

function parsed(tex: string, display: 'inline' | 'block'): string {
  try {
    return temml.renderToString(tex, { displayMode: display === 'block', throwOnError: true, trust: false, annotate: false })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new LoupeError('invalid-input', `The formula ${tex} does not read: ${why}. Write it in TeX, as inside $…$.`, { tex })
  }
}
