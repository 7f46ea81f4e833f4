import type { Block, Inline, ItemsBlock, ReportTable, Sentence } from '../contract/report-document.ts'
import { drawnSeries, leftOutInWords } from './chart-points.ts'
import { mathMl } from './formula.ts'
import { escapeHtml, html, nothing } from './html.ts'
import type { Html } from './html.ts'
import { isSafeLink } from './links.ts'
import { runsTable } from './runs-table.ts'
import { svgChart } from './svg-chart.ts'

/** One part of a report, as HTML. */
export function blockHtml(block: Block): Html {
  switch (block.kind) {
    case 'heading':
      return html`<h2>${block.text}</h2>`
    case 'paragraph':
      return block.role === 'plain' ? html`<p>${sentenceHtml(block.content)}</p>` : html`<p class="${classes[block.role]}">${sentenceHtml(block.content)}</p>`
    case 'formula':
      return html`<p class="formula">${mathMl(block.tex, 'block')}</p>`
    case 'list':
      return html`<ul>${block.items.map((item) => html`<li>${sentenceHtml(item)}</li>`)}</ul>`
    case 'facts':
      return html`<dl>${block.entries.map(({ label, content }) => html`<dt>${label}</dt><dd>${sentenceHtml(content)}</dd>`)}</dl>`
    case 'listing':
      return html`<pre><code>${block.text}</code></pre>`
    case 'table':
      return captioned(block.caption, block.table)
    case 'runs':
      return captioned(block.caption, runsTable(block.runs))
    case 'chart':
      return html`<figure>
${svgChart(block.chart)}
<figcaption>${block.caption + leftOutInWords(drawnSeries(block.chart).leftOut)}</figcaption>
</figure>`
    case 'section':
      return sectionHtml(block)
    case 'quote':
      return html`<blockquote>${block.blocks.map(blockHtml)}</blockquote>`
    case 'items':
      return itemsHtml(block)
    case 'grid':
      return gridHtml(block)
    case 'rule':
      return html`<hr>`
  }
}

const classes = { plain: '', answer: 'answer', next: 'next', quiet: 'quiet', problem: 'bad' } as const

function sectionHtml({ level, content, anchor }: Extract<Block, { kind: 'section' }>): Html {
  const words = sentenceHtml(content)
  const id = `at-${anchor}`
  if (level === 1) return html`<h2 id="${id}">${words}</h2>`
  return level === 2 ? html`<h3 id="${id}">${words}</h3>` : html`<h4 id="${id}">${words}</h4>`
}

/** An item of one paragraph stands without the room around a paragraph. */
function itemsHtml({ isOrdered, start, items }: ItemsBlock): Html {
  const written = items.map((blocks) => html`<li>${blocks.map((each, index) => (each.kind === 'paragraph' && index === 0 ? sentenceHtml(each.content) : blockHtml(each)))}</li>`)
  return isOrdered ? html`<ol start="${start}">${written}</ol>` : html`<ul>${written}</ul>`
}

function gridHtml({ align, head, rows }: Extract<Block, { kind: 'grid' }>): Html {
  const classOf = (column: number) => ({ left: 'words', center: 'middle', right: '' })[align[column] ?? 'left']
  const cells = (row: readonly Sentence[]) => together(row.map((cell, column) => html`<td class="${classOf(column)}">${sentenceHtml(cell)}</td>`))
  return html`<div class="wide"><table>
<thead><tr>${together(head.map((cell, column) => html`<th scope="col" class="${classOf(column)}">${sentenceHtml(cell)}</th>`))}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody>
</table></div>`
}

/** A table by itself. */
export function tableHtml({ columns, rows }: ReportTable, caption: Html = nothing): Html {
  const cells = (tag: 'th' | 'td', texts: readonly string[]) =>
    together(texts.map((cell, column) => ({ html: `<${tag}${tag === 'th' ? ' scope="col"' : ''}${columns[column]?.align === 'left' ? ' class="words"' : ''}>${escapeHtml(unbroken(cell))}</${tag}>` })))
  return html`<table>${caption}
<thead><tr>${cells('th', columns.map(({ title }) => title))}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells('td', row)}</tr>`)}</tbody>
</table>`
}

/** A number stays on one line with its groups of digits and its per cent. */
function unbroken(cell: string): string {
  return cell.replace(/(?<=\d) (?=\d{3}|%)/g, '\u00a0')
}

function captioned(caption: string, table: ReportTable): Html {
  return html`<div class="wide">${tableHtml(table, html`<caption>${caption}</caption>`)}</div>`
}

function sentenceHtml(sentence: Sentence): Html {
  return together(sentence.map(inlineHtml))
}

/** Pieces with nothing between them. */
function together(parts: readonly Html[]): Html {
  return { html: parts.map((part) => part.html).join('') }
}

function inlineHtml(part: Inline): Html {
  switch (part.kind) {
    case 'text':
      return html`${part.text}`
    case 'strong':
      return html`<strong>${part.text}</strong>`
    case 'code':
      return html`<code>${part.text}</code>`
    case 'formula':
      return mathMl(part.tex)
    case 'styled':
      return styledHtml(part)
    case 'break':
      return html`<br>`
  }
}

function styledHtml({ text, isStrong, isEmphasised, isStruck, isCode, href }: Extract<Inline, { kind: 'styled' }>): Html {
  const code = isCode ? html`<code>${text}</code>` : html`${text}`
  const struck = isStruck ? html`<s>${code}</s>` : code
  const emphasised = isEmphasised ? html`<em>${struck}</em>` : struck
  const strong = isStrong ? html`<strong>${emphasised}</strong>` : emphasised
  if (href === null || !isSafeLink(href)) return strong
  return href.startsWith('#') ? html`<a href="${`#at-${href.slice(1)}`}">${strong}</a>` : html`<a href="${href}" rel="noopener noreferrer">${strong}</a>`
}
