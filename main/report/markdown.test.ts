import { describe, expect, it } from 'vitest'
import { documentPage } from './document-page.ts'
import { blockHtml } from './html-blocks.ts'
import { latexDocument } from './latex-document.ts'
import { readMarkdown } from './markdown.ts'
import { madeMarkdown, mulberry32 } from './test/made-markdown.ts'

const htmlOf = (text: string) => readMarkdown(text).blocks.map((block) => blockHtml(block).html).join('\n')
const latexOf = (text: string) => latexDocument({ title: '', subtitle: '', blocks: readMarkdown(text).blocks }).split('\\color{gray} \\par}\n\n')[1]?.replace('\n\n\\end{document}\n', '')

describe('Markdown in a report', () => {
  it('marks words, with marks within each other', () => {
    expect(htmlOf('Loss **falls _as_** and ~~not~~ `a_b`')).toBe('<p>Loss <strong>falls </strong><strong><em>as</em></strong> and <s>not</s> <code>a_b</code></p>')
    expect(latexOf('Loss **falls _as_** and ~~not~~ `a_b`')).toBe('Loss \\textbf{falls }\\textbf{\\emph{as}} and \\LoupeStruck{not} \\texttt{a\\_b}')
  })

  it('has headings of three levels, to which links lead', () => {
    expect(htmlOf('# Big & small\n\n[up](#big-small)')).toBe('<h2 id="at-big-small">Big &amp; small</h2>\n<p><a href="#at-big-small">up</a></p>')
    expect(latexOf('## Größe\n\n[up](#größe)')).toBe('\\par\\hypertarget{gruf6udfe}{}\n\\subsection*{Gr\\"o\\ss{}e}\n\n\\hyperlink{gruf6udfe}{up}')
    expect(htmlOf('###### deep')).toBe('<h4 id="at-deep">deep</h4>')
  })

  it('sets formulae, in words and by themselves, and leaves prices alone', () => {
    expect(htmlOf('As $b^2$')).toBe('<p>As <math><msup><mi>b</mi><mn>2</mn></msup></math></p>')
    expect(latexOf('As $b^2$')).toBe('As \\(b^2\\)')
    expect(latexOf('$$\n\\frac{a}{b}\n$$')).toBe('\\[\n\\frac{a}{b}\n\\]')
    expect(htmlOf('from $5 to $6')).toBe('<p>from $5 to $6</p>')
  })

  it('keeps a formula that does not read as it was typed, and says so', () => {
    const { blocks, problems } = readMarkdown('See $\\bad{$ and\n\n$$\n\\input{/etc/passwd}\n$$')
    expect(blocks).toEqual([{ kind: 'paragraph', role: 'plain', content: [{ kind: 'text', text: 'See ' }, { kind: 'code', text: '$\\bad{$' }, { kind: 'text', text: ' and' }] }, { kind: 'listing', text: '\\input{/etc/passwd}' }])
    expect(problems).toEqual([expect.stringContaining('The formula \\bad{ does not read'), expect.stringContaining('The formula \\input{/etc/passwd} does not read')])
    expect(latexOf('$$\n\\input{/etc/passwd}\n$$')).not.toContain('\\input')
  })

  it('has lists within lists, quotations, code, tables and rules', () => {
    expect(htmlOf('3. one\n   - inner\n4. two')).toBe('<ol start="3"><li>one\n<ul><li>inner</li></ul></li>\n<li>two</li></ol>')
    expect(latexOf('3. one\n4. [two]')).toBe('\\begin{enumerate}\n\\item[3.]{} one\n\\item[4.]{} {[}two{]}\n\\end{enumerate}')
    expect(htmlOf('> said')).toBe('<blockquote><p>said</p></blockquote>')
    expect(htmlOf('```\na < b\n```')).toBe('<pre><code>a &lt; b\n</code></pre>')
    expect(htmlOf('a\n\n---\n\nb')).toBe('<p>a</p>\n<hr>\n<p>b</p>')
    expect(htmlOf('| a | b |\n|:--|--:|\n| 1 | $x$ |')).toContain('<td class="words">1</td><td class=""><math><mi>x</mi></math></td>')
    expect(latexOf('| a | b |\n|:--|:-:|\n| 1 & 2 | *c* |')).toContain('\\begin{tabular}{@{}lc@{}}\n\\toprule\na & b \\\\\n\\midrule\n1 \\& 2 & \\emph{c} \\\\\n\\bottomrule')
  })

  it('links to the web alone', () => {
    expect(htmlOf('[a](https://example.org/?x=1&y=2)')).toBe('<p><a href="https://example.org/?x=1&amp;y=2" rel="noopener noreferrer">a</a></p>')
    expect(latexOf('[a](https://example.org/a_b%20c#d)')).toBe('\\href{https://example.org/a\\_b\\%20c\\#d}{a}')
    for (const bad of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'vbscript:x', '//example.org', '/etc', 'mailto:a@b.c']) expect(htmlOf(`[a](${bad}) <${bad}>`)).not.toContain('<a')
  })

  it('shows HTML and pictures as text', () => {
    expect(htmlOf('<script>alert(1)</script>')).toBe('<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>')
    expect(htmlOf('a <img src=x onerror=alert(1)> b')).toBe('<p>a &lt;img src=x onerror=alert(1)&gt; b</p>')
    const { blocks, problems } = readMarkdown('![a plot](https://example.org/a.png)')
    expect([blocks[0], problems]).toEqual([{ kind: 'paragraph', role: 'plain', content: [{ kind: 'text', text: 'a plot' }] }, ['A report stands alone and shows no picture from elsewhere: https://example.org/a.png']])
  })

  it('goes no deeper than LaTeX does', () => {
    const deep = Array.from({ length: 9 }, (_, level) => `${'  '.repeat(level)}- item ${level}`).join('\n')
    expect(latexOf(deep)?.match(/begin\{itemize\}/g)).toHaveLength(4)
    expect(latexOf(deep)).toContain('item 8')
  })

  it('is never markup of its own, whatever is typed', () => {
    const random = mulberry32(20_261_125)
    for (let round = 0; round < 400; round++) {
      const text = madeMarkdown(random)
      const { blocks } = readMarkdown(text)
      const page = documentPage({ title: text, subtitle: '', blocks })
      const body = page.slice(page.indexOf('<main>'))
      const tags = [...body.matchAll(/<\/?([a-z0-9]+)([^>]*)>/g)]
      const known = /^(main|h[1-4]|p|section|a|blockquote|ul|ol|li|pre|code|table|thead|tbody|tr|th|td|div|hr|br|strong|em|s|body|html|math|m[a-z]+|semantics)$/
      expect([text, tags.filter(([, name]) => !known.test(name ?? '')).map(([tag]) => tag)]).toEqual([text, []])
      expect([text, tags.filter(([, , attributes]) => /\son|src=|href="(?!https?:|#at-)/i.test(attributes ?? '')).map(([tag]) => tag)]).toEqual([text, []])
      const tex = latexDocument({ title: text, subtitle: '', blocks })
      expect([text, /\\(?:input|write|include|openout|csname|def|catcode)\b/.test(tex.slice(tex.indexOf('\\begin{document}')))]).toEqual([text, false])
    }
  })
})
