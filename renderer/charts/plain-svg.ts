/**
 * A drawing with attributes alone: declarations of `style` become attributes of their names, and colours with an alpha of their own a colour and an opacity.
 *
 * The window's policy takes no style attributes, and writers of PDF know no colours of eight digits. Text in the drawing is escaped, so that a
 * quotation mark ends an attribute and nothing else.
 */
export function plainSvg(svg: string): string {
  return svg
    .replaceAll(/(<[a-z][^<>]*?) style="([^"]*)"/g, (_, before: string, style: string) => `${before}${attributesOf(style)}`)
    .replaceAll(/ (fill|stroke)="(#[0-9a-f]{6})([0-9a-f]{2})"/gi, (_, name: string, colour: string, alpha: string) => ` ${name}="${colour}" ${name}-opacity="${(Number.parseInt(alpha, 16) / 255).toFixed(3)}"`)
    .replaceAll(/ (fill|stroke)="rgba\((\d+), ?(\d+), ?(\d+), ?([\d.]+)\)"/g, (_, name: string, red: string, green: string, blue: string, alpha: string) => ` ${name}="rgb(${red},${green},${blue})" ${name}-opacity="${alpha}"`)
    .replaceAll(/<style[^>]*>[^]*?<\/style>/g, '')
}

function attributesOf(style: string): string {
  return style
    .split(';')
    .map((declaration) => /^\s*([a-z-]+)\s*:\s*([^]*?)\s*$/.exec(declaration))
    .map((match) => (match === null ? '' : ` ${match[1]}="${match[2]}"`))
    .join('')
}
