import type { Block, ReportDocument } from '../contract/report-document.ts'
import { blockHtml } from './html-blocks.ts'
import { html } from './html.ts'
import { documentStyle } from './document-style.ts'
import { pageStyle } from './page-style.ts'

/**
 * A report as one HTML file that stands alone: no scripts, nothing fetched, charts as inline SVG, formulae as MathML, every text escaped.
 * Prints on A4; the PDF is made of it.
 */
export function documentPage({ title, subtitle, blocks }: ReportDocument): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${{ html: pageStyle + documentStyle }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="quiet">${subtitle}</p>
${sectionsOf(blocks).map((section) => html`<section>
${section.map(blockHtml)}
</section>`)}
</main>
</body>
</html>
`.html
}

/** A section begins at each heading. */
export function sectionsOf(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const sections: Block[][] = []
  for (const block of blocks) {
    const begins = block.kind === 'heading' || (block.kind === 'section' && block.level === 1)
    if (begins || sections.length === 0) sections.push([])
    sections.at(-1)?.push(block)
  }
  return sections
}
