import { describe, expect, it } from 'vitest'
import { checkedTex, mathMl } from './formula.ts'

describe('a formula', () => {
  it('becomes MathML, in which text is no markup', () => {
    expect(mathMl('b^2').html).toBe('<math><msup><mi>b</mi><mn>2</mn></msup></math>')
    expect(mathMl('\\text{<script>} < 1').html).toContain('<mtext>&lt;script&gt;</mtext><mo>&lt;</mo>')
  })

  it('goes into LaTeX as it is, without what would end it', () => {
    expect(checkedTex(' a\n\n+ b % sum')).toBe('a\n+ b % sum\n')
  })

  it.each(['a$b', 'a\\)\\input{x}', '}', '{', '\\input{x}', '\\write18{ls}', '\\href{javascript:alert(1)}{x}', '\\end{document}', '\\catcode1=2'])('is refused where it does not read or would end its mathematics: %s', (tex) => {
    for (const make of [mathMl, checkedTex]) expect(() => make(tex)).toThrow(`The formula ${tex} does not read`)
  })
})
