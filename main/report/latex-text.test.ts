import { describe, expect, it } from 'vitest'
import { latexCode, latexListing, latexText } from './latex-text.ts'

describe('text for LaTeX', () => {
  it('has no sign left that is a command', () => {
    expect(latexText('\\input{/etc/passwd}')).toBe('\\textbackslash{}input\\{/etc/passwd\\}')
    expect(latexText('$x_1^2$ & 50 % of #3 ~ "a"')).toBe('\\$x\\_1\\textasciicircum{}2\\$ \\& 50 \\% of \\#3 \\textasciitilde{} \\textquotedbl{}a\\textquotedbl{}')
    expect(latexText('<b>|`\'')).toBe('\\textless{}b\\textgreater{}\\textbar{}\\textasciigrave{}\\textquotesingle{}')
  })

  it('has nothing that joins with its neighbour or ends a row', () => {
    expect(latexText('--force, 1,,2')).toBe('-{}-force, 1,{},2')
    expect(latexText('[2] *')).toBe('{[}2{]} {*}')
  })

  it('writes the signs of our reports, and the code point of any other', () => {
    expect(latexText('0.90 ± 0.01, −2 × b², ρ ≥ ε')).toBe('0.90 \\ensuremath{\\pm} 0.01, \\ensuremath{-}2 \\ensuremath{\\times} b\\textsuperscript{2}, \\ensuremath{\\rho} \\ensuremath{\\geq} \\ensuremath{\\varepsilon}')
    expect(latexText('損失 🙂')).toBe('\\LoupeSign{640D}\\LoupeSign{5931} \\LoupeSign{1F642}')
    expect(latexText('cafe\u0301')).toBe("caf\\'e")
  })

  it('keeps to one line, and drops control characters', () => {
    expect(latexText('a\nb\tc\u0000\u001bd\u00a0e')).toBe('a b cd e')
  })

  it('is not led astray by names of an object', () => {
    expect(latexText('constructor __proto__')).toBe('constructor \\_\\_proto\\_\\_')
  })

  it('breaks a hash where it must, and keeps the spaces of a listing', () => {
    expect(latexCode('0123456789abcdef')).toBe('\\texttt{0123456789ab\\allowbreak{}cdef}')
    expect(latexListing('a:\n  b: 1\n')).toBe('\\mbox{}a:\\par\n\\mbox{}\\ \\ b:\\ 1\\par')
  })
})
