/** What each sign is in LaTeX text, where it is not itself there or would be read as a command or a ligature. */
const signs: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}', '{': '\\{', '}': '\\}', $: '\\$', '&': '\\&', '#': '\\#', '%': '\\%', _: '\\_',
  '^': '\\textasciicircum{}', '~': '\\textasciitilde{}', '<': '\\textless{}', '>': '\\textgreater{}', '|': '\\textbar{}',
  '"': '\\textquotedbl{}', "'": '\\textquotesingle{}', '`': '\\textasciigrave{}', '[': '{[}', ']': '{]}', '*': '{*}',
  '–': '\\textendash{}', '—': '\\textemdash{}', '−': '\\ensuremath{-}', '±': '\\ensuremath{\\pm}', '×': '\\ensuremath{\\times}', '·': '\\ensuremath{\\cdot}',
  '≤': '\\ensuremath{\\leq}', '≥': '\\ensuremath{\\geq}', '≠': '\\ensuremath{\\neq}', '≈': '\\ensuremath{\\approx}', '∞': '\\ensuremath{\\infty}', '√': '\\ensuremath{\\surd}', '∇': '\\ensuremath{\\nabla}', '∂': '\\ensuremath{\\partial}', '→': '\\ensuremath{\\rightarrow}',
  '²': '\\textsuperscript{2}', '³': '\\textsuperscript{3}', '½': '\\ensuremath{\\frac{1}{2}}', '°': '\\textdegree{}', '…': '\\ldots{}', '•': '\\textbullet{}',
  '’': '\\textquoteright{}', '‘': '\\textquoteleft{}', '“': '\\textquotedblleft{}', '”': '\\textquotedblright{}', '«': '\\guillemotleft{}', '»': '\\guillemotright{}',
  'ä': '\\"a', 'ö': '\\"o', 'ü': '\\"u', 'Ä': '\\"A', 'Ö': '\\"O', 'Ü': '\\"U', 'ß': '\\ss{}', 'é': "\\'e", 'è': '\\`e', 'à': '\\`a', 'ç': '\\c{c}', 'ñ': '\\~n',
  'α': '\\ensuremath{\\alpha}', 'β': '\\ensuremath{\\beta}', 'γ': '\\ensuremath{\\gamma}', 'δ': '\\ensuremath{\\delta}', 'ε': '\\ensuremath{\\varepsilon}', 'θ': '\\ensuremath{\\theta}', 'λ': '\\ensuremath{\\lambda}', 'μ': '\\ensuremath{\\mu}', 'ρ': '\\ensuremath{\\rho}', 'σ': '\\ensuremath{\\sigma}', 'τ': '\\ensuremath{\\tau}', 'Δ': '\\ensuremath{\\Delta}', 'Σ': '\\ensuremath{\\Sigma}',
}

/**
 * Text as LaTeX takes it: every sign stands for itself, none is a command, none joins with its neighbour.
 *
 * A sign that is neither ASCII nor in our list becomes `\LoupeSign{hexadecimal code point}`, which the document's head defines: LuaLaTeX and XeLaTeX
 * print it where their font has it, pdfLaTeX prints its code. Line breaks become spaces, other control characters nothing.
 *
 * @example latexText('50 % of a_b')  // '50 \\% of a\\_b'
 */
export function latexText(text: string): string {
  return [...text.normalize('NFC')].map((sign, index, all) => latexSign(sign, all[index + 1])).join('')
}

function latexSign(sign: string, next: string | undefined): string {
  if ((sign === '-' || sign === ',') && next === sign) return `${sign}{}` // two join to a dash, or to a quote

  const known = Object.hasOwn(signs, sign) ? signs[sign] : undefined
  if (known !== undefined) return known
  const code = sign.codePointAt(0) ?? 0
  if (code === 0x9 || code === 0xa || code === 0xd || code === 0xa0) return ' '
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return ''
  return code < 0x7f ? sign : `\\LoupeSign{${code.toString(16).toUpperCase()}}`
}

/** The same in a typewriter face, with places where a long word may break. */
export function latexCode(text: string): string {
  const parts = text.match(/.{1,12}/gsu) ?? []
  return `\\texttt{${parts.map(latexText).join('\\allowbreak{}')}}`
}

/** Lines that keep their spaces and ends. */
export function latexListing(text: string): string {
  const lines = text.replace(/\n+$/, '').split('\n')
  return lines.map((line) => `\\mbox{}${latexText(line).replaceAll(' ', '\\ ')}\\par`).join('\n')
}
