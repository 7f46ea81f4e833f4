/** The style of the report's page: the window's colours, light or dark as the reader's system says, and white paper in print. */
export const pageStyle = `
:root { color-scheme: light dark; --ground: #f3f5f7; --surface: #ffffff; --line: #dde3e8; --ink: #17212b; --ink-2: #47555f; --accent: #0b6b88; --accent-soft: #e2f1f6; --good: #1e7245; --warn: #8a5300; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #0f1418; --surface: #161c22; --line: #28323a; --ink: #e3e9ed; --ink-2: #b3bfc8; --accent: #5cbcd8; --accent-soft: #14303a; --good: #6cc795; --warn: #e0ab57; --bad: #f2938c; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 32px 24px; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 860px; margin: 0 auto; }
h1 { margin: 0; font-size: 26px; }
h2 { margin: 0; font-size: 19px; overflow-wrap: anywhere; }
section { margin-top: 24px; padding: 20px 24px; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
p { margin: 8px 0; overflow-wrap: anywhere; }
.quiet, figcaption { color: var(--ink-2); font-size: 13px; }
.answer { font-size: 19px; font-weight: 600; }
.next { padding: 10px 14px; background: var(--accent-soft); border-left: 3px solid var(--accent); }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 12px 0; }
dt { color: var(--ink-2); }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 8px; text-align: right; border-bottom: 1px solid var(--line); }
th { color: var(--ink-2); font-weight: 600; }
.words th, .words td, th.words, td.words { text-align: left; }
ul { margin: 4px 0; padding-left: 20px; }
code { font: 12.5px ui-monospace, monospace; overflow-wrap: anywhere; }
figure { margin: 16px 0; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink-2); font-size: 11.5px; }
svg .grid { stroke: var(--line); } svg .axis { stroke: var(--ink-2); }
svg .band { fill: var(--accent-soft); } svg .law { fill: none; stroke: var(--accent); stroke-width: 2; }
svg .run { fill: var(--ink-2); fill-opacity: 0.65; } svg .mean { stroke: var(--ink); stroke-width: 2; }
svg .given-up { fill: none; stroke: var(--warn); } svg .best { stroke: var(--accent); stroke-width: 1.5; stroke-dasharray: 5 4; }
svg .best-label { fill: var(--accent); font-weight: 600; }
@media print {
  :root { --ground: #ffffff; --surface: #ffffff; --line: #c8ced3; --ink: #000000; --ink-2: #333333; --accent: #08566e; --accent-soft: #e2f1f6; --good: #1e7245; --warn: #8a5300; --bad: #b3261e; }
  body { padding: 0; font-size: 11pt; print-color-adjust: exact; }
  section { padding: 12px 0; border: 0; border-top: 1px solid var(--line); border-radius: 0; }
  figure, table, .next, dl { break-inside: avoid; }
}
`
