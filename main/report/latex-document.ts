import type { Block, Inline, ItemsBlock, ReportDocument, ReportTable, Sentence } from '../contract/report-document.ts'
import { drawnSeries, leftOutInWords } from './chart-points.ts'
import { checkedTex } from './formula.ts'
import { latexChart } from './latex-chart.ts'
import { isSafeLink, latexAnchor, latexUrl } from './links.ts'
import { latexCode, latexListing, latexText } from './latex-text.ts'
import { runsTable } from './runs-table.ts'

/** Rows above which a table goes over pages. */
const LONG_TABLE_ROWS = 30

const COLOURS = ['0B6B88', 'C2500A', '00795A', 'A8457E', '96700A', '3A7FC0', '5D666D', '7A4FC0']

const HEAD = `\\documentclass[11pt,a4paper]{article}
% Written by Loupe. Compiles with pdfLaTeX, LuaLaTeX, XeLaTeX and Tectonic.
\\usepackage{iftex}
\\ifPDFTeX
  \\usepackage[T1]{fontenc}
  \\usepackage[utf8]{inputenc}
  \\usepackage{lmodern}
  \\newcommand{\\LoupeSign}[1]{\\texttt{[U+#1]}}
\\else
  \\usepackage{fontspec}
  \\newcommand{\\LoupeSign}[1]{\\symbol{"#1}}
\\fi
\\usepackage{textcomp}
\\usepackage{amsmath,amssymb}
\\usepackage[margin=2.2cm]{geometry}
\\usepackage{booktabs,longtable,adjustbox,float}
\\usepackage[font=small,skip=6pt]{caption}
\\usepackage{xcolor}
\\usepackage{pgfplots}
\\pgfplotsset{compat=1.16}
${COLOURS.map((colour, index) => `\\definecolor{LoupeColour${String.fromCharCode(65 + index)}}{HTML}{${colour}}`).join('\n')}
\\newcommand{\\LoupeStruck}[1]{\\leavevmode\\rlap{\\rule[0.55ex]{\\widthof{#1}}{0.4pt}}#1}
\\usepackage{calc}
\\usepackage[hidelinks]{hyperref}
\\setlength{\\parindent}{0pt}
\\setlength{\\parskip}{0.5em}
\\sloppy`

/** A report as LaTeX: booktabs tables and pgfplots charts with their data, every text escaped. */
export function latexDocument({ title, subtitle, blocks }: ReportDocument): string {
  return `${HEAD}
\\begin{document}
{\\LARGE\\bfseries ${latexText(title)}\\par}
{\\small\\color{gray} ${latexText(subtitle)}\\par}

${blocks.map(blockLatex).join('\n\n')}

\\end{document}
`
}

function blockLatex(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `\\section*{${latexText(block.text)}}`
    case 'paragraph':
      return paragraphLatex(sentenceLatex(block.content), block.role)
    case 'formula':
      return `\\[\n${checkedTex(block.tex)}\n\\]`
    case 'list':
      return environment('itemize', block.items.map((item) => `\\item ${sentenceLatex(item)}`).join('\n'))
    case 'facts':
      return environment('description', block.entries.map(({ label, content }) => `\\item[{${latexText(label)}}] ${sentenceLatex(content)}`).join('\n'))
    case 'listing':
      return `{\\footnotesize\\ttfamily\\raggedright\\setlength{\\parskip}{0pt}\n${latexListing(block.text)}\n}`
    case 'table':
      return tableLatex(block.table, block.caption)
    case 'runs':
      return tableLatex(runsTable(block.runs), block.caption)
    case 'chart':
      return `\\begin{figure}[H]
\\centering
${latexChart(block.chart)}
\\caption{${latexText(block.caption + leftOutInWords(drawnSeries(block.chart).leftOut))}}
\\end{figure}`
    case 'section':
      return `\\par\\hypertarget{${latexAnchor(block.anchor)}}{}\n${SECTIONS[block.level - 1] ?? ''}{${sentenceLatex(block.content)}}`
    case 'quote':
      return environment('quote', blocksLatex(block.blocks))
    case 'items':
      return itemsLatex(block)
    case 'grid':
      return gridLatex(block)
    case 'rule':
      return '\\par\\noindent\\hrulefill\\par'
  }
}

const SECTIONS = ['\\section*', '\\subsection*', '\\subsubsection*']

const blocksLatex = (blocks: readonly Block[]) => blocks.map(blockLatex).join('\n\n')

/** Braces behind \item: a bracket at the start of the text would be its label. */
function itemsLatex({ isOrdered, start, items }: ItemsBlock): string {
  const written = items.map((blocks, index) => `\\item${isOrdered ? `[${start + index}.]` : ''}{} ${blocksLatex(blocks)}`)
  return environment(isOrdered ? 'enumerate' : 'itemize', written.join('\n'))
}

function gridLatex({ align, head, rows }: Extract<Block, { kind: 'grid' }>): string {
  const line = (cells: readonly Sentence[]) => `${cells.map(sentenceLatex).join(' & ')} \\\\`
  const table = [`\\begin{tabular}{@{}${align.map((side) => side[0]).join('')}@{}}`, '\\toprule', line(head), '\\midrule', ...rows.map(line), '\\bottomrule', '\\end{tabular}']
  return environment('center', environment('adjustbox', table.join('\n'), '{max width=\\linewidth}'))
}

function paragraphLatex(content: string, role: Extract<Block, { kind: 'paragraph' }>['role']): string {
  switch (role) {
    case 'plain':
      return content
    case 'answer':
      return `{\\large\\bfseries ${content}\\par}`
    case 'next':
      return `\\fbox{\\parbox{0.97\\linewidth}{${content}}}`
    case 'quiet':
      return `{\\small\\color{gray} ${content}\\par}`
    case 'problem':
      return `{\\color{red!70!black} ${content}\\par}`
  }
}

const environment = (name: string, content: string, options = '') => `\\begin{${name}}${options}\n${content}\n\\end{${name}}`

function tableLatex({ columns, rows }: ReportTable, caption: string): string {
  const format = columns.map(({ align }) => (align === 'left' ? 'l' : 'r')).join('')
  const line = (cells: readonly string[]) => `${cells.map(latexText).join(' & ')} \\\\`
  const header = line(columns.map(({ title }) => title))
  const body = rows.map(line).join('\n')
  if (rows.length > LONG_TABLE_ROWS) {
    return `{\\scriptsize\\setlength{\\tabcolsep}{3pt}\n\\begin{longtable}{@{}${format}@{}}
\\caption{${latexText(caption)}}\\\\
\\toprule
${header}
\\midrule
\\endfirsthead
\\toprule
${header}
\\midrule
\\endhead
\\bottomrule
\\endlastfoot
${body}
\\end{longtable}}`
  }
  return `\\begin{table}[H]
\\centering
\\caption{${latexText(caption)}}
\\begin{adjustbox}{max width=\\linewidth}
\\begin{tabular}{@{}${format}@{}}
\\toprule
${header}
\\midrule
${body}
\\bottomrule
\\end{tabular}
\\end{adjustbox}
\\end{table}`
}

function sentenceLatex(sentence: Sentence): string {
  return sentence.map(inlineLatex).join('')
}

function inlineLatex(part: Inline): string {
  switch (part.kind) {
    case 'text':
      return latexText(part.text)
    case 'strong':
      return `\\textbf{${latexText(part.text)}}`
    case 'code':
      return latexCode(part.text)
    case 'formula':
      return `\\(${checkedTex(part.tex)}\\)`
    case 'styled':
      return styledLatex(part)
    case 'break':
      return '\\newline{}'
  }
}

function styledLatex({ text, isStrong, isEmphasised, isStruck, isCode, href }: Extract<Inline, { kind: 'styled' }>): string {
  const code = isCode ? latexCode(text) : latexText(text)
  const struck = isStruck ? `\\LoupeStruck{${code}}` : code
  const emphasised = isEmphasised ? `\\emph{${struck}}` : struck
  const strong = isStrong ? `\\textbf{${emphasised}}` : emphasised
  if (href === null || !isSafeLink(href)) return strong
  return href.startsWith('#') ? `\\hyperlink{${latexAnchor(href.slice(1))}}{${strong}}` : `\\href{${latexUrl(href)}}{${strong}}`
}
