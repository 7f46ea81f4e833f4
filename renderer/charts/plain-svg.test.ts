import { describe, expect, it } from 'vitest'
import { plainSvg } from './plain-svg.ts'

describe('a drawing with attributes alone', () => {
  it('has the declarations of its styles as attributes', () => {
    expect(plainSvg(`<text x="1" style="font-size:12px;font-family:'Inter Variable', sans-serif;font-weight:650;">a &quot; style=&quot;b</text>`)).toBe(`<text x="1" font-size="12px" font-family="'Inter Variable', sans-serif" font-weight="650">a &quot; style=&quot;b</text>`)
    expect(plainSvg('<style ><![CDATA[.a:hover{cursor:pointer}]]></style><g/>')).toBe('<g/>')
  })

  it('has colours with an opacity beside them', () => {
    expect(plainSvg('<path fill="#0b6b8880" stroke="rgba(1,2,3,0.25)"/><path fill="#0b6b88"/>')).toBe('<path fill="#0b6b88" fill-opacity="0.502" stroke="rgb(1,2,3)" stroke-opacity="0.25"/><path fill="#0b6b88"/>')
  })
})
