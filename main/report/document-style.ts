/**
 * What a report's page has beside the weekly page. Colours of series are those of Okabe and Ito, which people tell apart whatever colours they see;
 * some are darker on white, and lighter on black, so that lines keep a contrast of 3 to 1.
 */
export const documentStyle = `
:root { --c0: #0b6b88; --c1: #c2500a; --c2: #00795a; --c3: #a8457e; --c4: #96700a; --c5: #3a7fc0; --c6: #5d666d; --c7: #7a4fc0; }
@media (prefers-color-scheme: dark) { :root { --c0: #5cbcd8; --c1: #f08a4b; --c2: #35c39a; --c3: #e08cbc; --c4: #e0b040; --c5: #8abaf0; --c6: #a9b3ba; --c7: #b79cf0; } }
main { max-width: 1040px; }
caption { padding: 4px 8px; text-align: left; color: var(--ink-2); font-size: 13px; }
td.words { overflow-wrap: break-word; }
.wide { margin: 16px 0; overflow-x: auto; }
.formula { padding: 4px 0; overflow: auto hidden; }
math { font-family: 'Latin Modern Math', 'STIX Two Math', 'Cambria Math', 'Noto Sans Math', 'DejaVu Math TeX Gyre', math; font-size: 1.1em; }
h3 { margin: 18px 0 0; font-size: 16px; overflow-wrap: anywhere; } h4 { margin: 14px 0 0; font-size: 15px; overflow-wrap: anywhere; }
a { color: var(--accent); } blockquote { margin: 12px 0; padding: 2px 16px; color: var(--ink-2); border-left: 3px solid var(--line); }
ol { margin: 4px 0; padding-left: 24px; } hr { margin: 20px 0; border: 0; border-top: 1px solid var(--line); } th.middle, td.middle { text-align: center; }
figure svg { max-width: 820px; margin: 0 auto; }
pre { margin: 8px 0; padding: 10px 14px; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
svg .c0 { --own: var(--c0); } svg .c1 { --own: var(--c1); } svg .c2 { --own: var(--c2); } svg .c3 { --own: var(--c3); }
svg .c4 { --own: var(--c4); } svg .c5 { --own: var(--c5); } svg .c6 { --own: var(--c6); } svg .c7 { --own: var(--c7); }
svg .line { fill: none; stroke: var(--own); stroke-width: 1.6; stroke-linejoin: round; }
svg .faint { stroke-width: 1; stroke-opacity: 0.3; }
svg .point { fill: var(--own); } svg .interval { fill: none; stroke: var(--own); stroke-width: 1.4; }
svg g .band { fill: var(--own); fill-opacity: 0.16; }
svg .mark { stroke: var(--ink-2); stroke-dasharray: 5 4; } svg .mark-label { font-weight: 600; }
@media print {
  @page { size: A4; margin: 16mm 15mm; }
  :root { --c0: #0b6b88; --c1: #c2500a; --c2: #00795a; --c3: #a8457e; --c4: #96700a; --c5: #3a7fc0; --c6: #5d666d; --c7: #7a4fc0; }
  h2, h3, h4 { break-after: avoid; } dl { break-inside: auto; } .formula { overflow: visible; } tr { break-inside: avoid; } .wide { overflow: visible; } .wide table { font-size: 8.5pt; break-inside: auto; } .wide th, .wide td { padding: 2px 5px; }
  pre { font-size: 8pt; break-inside: auto; }
}
`
