import type { ComposedBlock, ComposedReport, Pin } from '../../contract/composed-report.ts'
import type { Block, ReportDocument } from '../../contract/report-document.ts'
import { paragraph } from '../blocks.ts'
import { readMarkdown } from '../markdown.ts'
import { moment } from '../numbers.ts'
import { composedProvenance } from './composed-provenance.ts'
import { shownPins } from './shown-pins.ts'

/** One block of a composed report as parts of a document, and what of it is not as it was meant. */
export interface WrittenBlock {
  readonly id: string
  readonly blocks: readonly Block[]
  readonly problems: readonly string[]
}

/** Each block by itself, for an editor. */
export function writtenBlocks(blocks: readonly ComposedBlock[], pins: ReadonlyMap<string, Pin>): readonly WrittenBlock[] {
  return blocks.map((block) => {
    if (block.kind === 'text') return { id: block.id, ...readMarkdown(block.markdown) }
    const pin = block.pinId === null ? undefined : pins.get(block.pinId)
    if (pin === undefined) return { id: block.id, blocks: [paragraph('Its data are not pinned yet.', 'quiet')], problems: ['Its data are not pinned yet.'] }
    return { id: block.id, blocks: captioned(pin, block.caption), problems: [] }
  })
}

/** A composed report as a document, with how each number came about at its end. It holds no moment but those of the report and its pins. */
export function composedDocument(report: ComposedReport, pins: ReadonlyMap<string, Pin>): { readonly document: ReportDocument; readonly problems: readonly string[] } {
  const written = writtenBlocks(report.blocks, pins)
  return {
    document: {
      title: report.title === '' ? `Report ${report.id}` : report.title,
      subtitle: `${report.id} · changed ${moment(report.updatedAt)}`,
      blocks: [...written.flatMap(({ blocks }) => blocks), ...composedProvenance(shownPins(report.blocks, pins))],
    },
    problems: written.flatMap(({ problems }) => problems),
  }
}

/** The first caption is the researcher's where there is one; the last says of when the data are. */
function captioned({ blocks, at }: Pin, caption: string): readonly Block[] {
  const places = blocks.flatMap((block, index) => ('caption' in block ? [index] : []))
  const when = `Data of ${moment(at)}.`
  if (places.length === 0) return [...blocks, paragraph(caption === '' ? when : `${caption} ${when}`, 'quiet')]
  return blocks.map((block, index) => {
    if (!('caption' in block)) return block
    const words = index === places[0] && caption.trim() !== '' ? caption.trim() : block.caption
    return { ...block, caption: index === places.at(-1) ? `${words} ${when}` : words }
  })
}
