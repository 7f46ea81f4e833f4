/** Numbers from 0 to below 1, the same for the same seed. @see T. Ettinger's Mulberry32, public domain. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const pieces = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<a href="javascript:alert(1)">', '[x](javascript:alert(1))', '[x](java\nscript:alert(1))', '[x](&#106;avascript:alert(1))', '[x]: javascript:alert(1)', '[x][x]', '<javascript:alert(1)>', '<https://a.b/"onmouseover=alert(1)>', '[x](https://a.b/"onmouseover="alert(1))', '![x](x"onerror="alert(1))', '</main>', '</style>', '<!--', '-->', '<![CDATA[', '&lt;b&gt;', '"', "'", '`', '```', '~~', '**', '_', '$', '$$', '\\(', '\\)', '\\[', '\\]', '\\input{/etc/passwd}', '\\write18{ls}', '\\def\\x{y}', '\\csname input\\endcsname', '\\end{document}', '\\text{<b>}', '\\href{javascript:alert(1)}{x}', '\\class{a}{b}', '| a | b |\n|---|---|\n| <b> | $x$ |', '\n', '\n\n', '- ', '1. ', '> ', '# ', '    ', '\t', 'a', 'b_c', '%', '#', '&', '{', '}', '\\', '^', '[', ']', '(', ')', '損失', '🙂', '\u0000', '\u202e', '\\\\', '\\*'] as const

/** Pieces that mean something to Markdown, HTML or TeX, one after the other. */
export function madeMarkdown(random: () => number): string {
  return Array.from({ length: 1 + Math.floor(random() * 30) }, () => pieces[Math.floor(random() * pieces.length)] ?? '').join(random() < 0.5 ? '' : ' ')
}
