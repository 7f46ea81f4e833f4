/** Whether a link may stand in a report: to the web, or to a heading of the same report. Nothing that a click would run, and no file. */
export function isSafeLink(href: string): boolean {
  return /^(?:https?:\/\/|#)[^\s\u0000-\u001f]*$/i.test(href)
}

/** Where a link to a heading leads, from its words: `Two words (K)` is `two-words-k`. */
export function anchorOf(words: string): string {
  return words.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '')
}

/** An address as LaTeX's `\href` takes it: what is no plain sign of an address is written by its bytes, and no sign is a command. */
export function latexUrl(href: string): string {
  const plain = [...href].map((sign) => (/[\w\-.:/?=&,;@+!*()#%[\]$]/.test(sign) ? sign : encodeURIComponent(sign).replaceAll("'", '%27').replaceAll('~', '%7E'))).join('')
  return plain.replaceAll(/[%#&_$]/g, '\\$&')
}

/** An anchor in ASCII, as LaTeX's labels want it. */
export function latexAnchor(anchor: string): string {
  return [...anchor].map((sign) => (/[a-z0-9-]/.test(sign) ? sign : `u${(sign.codePointAt(0) ?? 0).toString(16)}`)).join('')
}
