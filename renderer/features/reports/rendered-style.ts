/** What a part has around it in the window, instead of the page's body. */
const around = `
.part { font: 15px/1.5 var(--font, system-ui, sans-serif); color: var(--ink); }
.part > :first-child, .part > p:first-child { margin-top: 0; } .part > :last-child { margin-bottom: 0; }
.part h2 { margin: 4px 0; }
`

/** The page's style for a tree within the window: its variables on the tree's host, and dark where the window is. */
export function ownStyle(style: string, isDark: boolean): string {
  return style
    .replaceAll(':root', ':host')
    .replaceAll('color-scheme: light dark', `color-scheme: ${isDark ? 'dark' : 'light'}`)
    .replaceAll('@media (prefers-color-scheme: dark)', isDark ? '@media all' : '@media not all')
    .replaceAll('@media print', '@media not all')
    .replaceAll(/(^|\n)body \{/g, '$1.page {')
    .replaceAll(/(^|\n)main \{/g, '$1.main {') + around
}

/** Style attributes by another name. Text in the HTML is escaped, so that a quotation mark ends an attribute and nothing else. */
export function withoutInlineStyles(html: string): string {
  return html.replaceAll(/(<[a-z][^<>]*?) style="/g, '$1 data-style="')
}
