import regularFont from '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf?url'
import boldFont from '@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf?url'
import { jsPDF } from 'jspdf'
import { svg2pdf } from 'svg2pdf.js'
import { plainSvg } from './plain-svg.ts'

const FAMILY = 'Inter'
/** From this weight on a text is set in the bolder face. */
const BOLD_FROM = 600
/** Signs that Inter has none of: such a text becomes an image, sharp enough for print. */
const withoutGlyph = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/u
const IMAGE_SCALE = 6
/** From the middle of a line of Inter down to its baseline, as a share of the font's size. */
const MIDDLE_TO_BASELINE = 0.36

/**
 * A drawing as a PDF of its own size: lines stay lines, text stays text, in a font that the file carries.
 *
 * One pixel of the drawing is ¾ of a point, as on a page of the web.
 */
export async function pdfOfSvg({ svg, title }: { readonly svg: string; readonly title: string }): Promise<Blob> {
  const drawing = new DOMParser().parseFromString(plainSvg(svg), 'image/svg+xml').documentElement
  const [width, height] = [Number(drawing.getAttribute('width')), Number(drawing.getAttribute('height'))]
  const document_ = new jsPDF({ unit: 'pt', format: [width * 0.75, height * 0.75], orientation: width > height ? 'landscape' : 'portrait', compress: true })
  const [regular, bold] = await Promise.all([base64Of(regularFont), base64Of(boldFont)])
  document_.addFileToVFS('Inter-Regular.ttf', regular)
  document_.addFont('Inter-Regular.ttf', FAMILY, 'normal')
  document_.addFileToVFS('Inter-SemiBold.ttf', bold)
  document_.addFont('Inter-SemiBold.ttf', FAMILY, 'bold')
  document_.setProperties({ title, creator: 'Loupe' })
  for (const text of drawing.querySelectorAll('text')) setFont(text)
  await svg2pdf(drawing, document_, { x: 0, y: 0, width: width * 0.75, height: height * 0.75 })
  return document_.output('blob')
}

function setFont(text: SVGTextElement): void {
  if (withoutGlyph.test(text.textContent)) return text.replaceWith(imageOf(text))
  const weight = text.getAttribute('font-weight')
  // The writer places middles by the metrics of another font.
  if (text.getAttribute('dominant-baseline') === 'central') {
    text.removeAttribute('dominant-baseline')
    text.setAttribute('y', String(Number(text.getAttribute('y') ?? 0) + sizeOf(text) * MIDDLE_TO_BASELINE))
  }
  text.setAttribute('font-family', FAMILY)
  text.setAttribute('font-weight', weight === 'bold' || Number(weight) >= BOLD_FROM ? 'bold' : 'normal')
}

const sizeOf = (text: SVGTextElement) => Number.parseFloat(text.getAttribute('font-size') ?? '') || 12

/** The text as an image at its place. */
function imageOf(text: SVGTextElement): SVGElement {
  const size = sizeOf(text)
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('The browser could not draw the text.')
  const font = (pixels: number) => `${text.getAttribute('font-weight') ?? 400} ${pixels}px ${text.getAttribute('font-family') ?? 'sans-serif'}`
  context.font = font(size)
  const [width, height] = [context.measureText(text.textContent).width, size * 1.4]
  canvas.width = Math.max(1, Math.ceil(width * IMAGE_SCALE))
  canvas.height = Math.ceil(height * IMAGE_SCALE)
  context.font = font(size * IMAGE_SCALE)
  context.fillStyle = text.getAttribute('fill') ?? '#000000'
  context.textBaseline = 'middle'
  context.fillText(text.textContent, 0, canvas.height / 2)
  const image = document.createElementNS('http://www.w3.org/2000/svg', 'image')
  const [x, y] = [Number(text.getAttribute('x') ?? 0), Number(text.getAttribute('y') ?? 0)]
  const shift = { middle: width / 2, end: width }[text.getAttribute('text-anchor') ?? ''] ?? 0
  const isCentral = text.getAttribute('dominant-baseline') === 'central'
  for (const [name, value] of Object.entries({ x: x - shift, y: isCentral ? y - height / 2 : y - size * 1.05, width, height })) image.setAttribute(name, String(value))
  const transform = text.getAttribute('transform')
  if (transform !== null) image.setAttribute('transform', transform)
  image.setAttribute('href', canvas.toDataURL('image/png'))
  return image
}

async function base64Of(url: string): Promise<string> {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer())
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}
