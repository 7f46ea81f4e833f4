import type { ComposedBlock, Pin } from '../../contract/composed-report.ts'
import { documentStyle } from '../document-style.ts'
import { blockHtml } from '../html-blocks.ts'
import { pageStyle } from '../page-style.ts'
import { writtenBlocks } from './composed-document.ts'
import { composedProvenance } from './composed-provenance.ts'
import { shownPins } from './shown-pins.ts'

/** Blocks as an export has them, for an editor to show: HTML in which every text is escaped, and the page's style. */
export function previewOf(blocks: readonly ComposedBlock[], pins: ReadonlyMap<string, Pin>) {
  return {
    style: pageStyle + documentStyle,
    blocks: writtenBlocks(blocks, pins).map(({ id, blocks: parts, problems }) => ({ id, html: parts.map((part) => blockHtml(part).html).join('\n'), problems: [...problems] })),
    provenance: composedProvenance(shownPins(blocks, pins)).map((part) => blockHtml(part).html).join('\n'),
  }
}
