"""How a report looks: on a wide and a narrow screen, light and dark, and on A4."""

from base64 import b64encode
from hashlib import sha256

CSS = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de;
  --shade: #f3f5f8; --open: #dfe5ee; --good: #116329; --warn: #7d4e00; --bad: #a40e26;
  --c0: #0b57d0; --c1: #b3261e; --c2: #00695c; --c3: #8e4600; --c4: #6a3fb5; }
@media screen and (prefers-color-scheme: dark) { :root { --paper: #14171c; --ink: #e6e9ee;
  --soft: #a4adb8; --line: #39414c; --shade: #1d2229; --open: #2b3441; --good: #6fdd8b;
  --warn: #f0b75e; --bad: #ff8f8f; --c0: #8ab4f8; --c1: #ff9a8f; --c2: #6fd6c4; --c3: #f2b36b;
  --c4: #c6a7ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main, header, footer { max-width: 1040px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 24px; }
h1 { font-size: 1.7em; line-height: 1.25; margin: 0 0 .3em; }
h2 { font-size: 1.25em; margin: 2em 0 .5em; padding-top: .6em; border-top: 1px solid var(--line); }
h3 { font-size: 1.05em; margin: 1.5em 0 .4em; }
p { margin: .4em 0; max-width: 78ch; }
a { color: var(--c0); }
nav ul { display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 0; list-style: none; }
.soft, caption { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 12px;
  padding: 0; margin: 12px 0; list-style: none; }
.tiles li { border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; }
.tiles b { display: block; font-size: 1.45em; line-height: 1.3; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }
.trust { font-size: .86em; }
p.trust { max-width: 100ch; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; margin: 8px 0 16px; }
.scroll:focus-visible { outline: 2px solid var(--c0); }
table { border-collapse: collapse; width: 100%; font-size: .92em; }
caption { text-align: left; padding: 4px 0; }
th, td { text-align: left; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; }
tbody th { font-weight: 500; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.t { white-space: nowrap; font-variant-numeric: tabular-nums; }
.said { overflow-wrap: anywhere; font-family: ui-monospace, "DejaVu Sans Mono", monospace;
  font-size: .93em; min-width: 12em; }
.name { overflow-wrap: anywhere; min-width: 7em; }
.told { min-width: 14em; padding-left: 8px; }
figure { margin: 16px 0; }
figcaption { margin-bottom: 4px; }
.legend { display: inline-block; margin-left: 14px; color: var(--soft); white-space: nowrap; }
.key { width: 24px; height: 10px; margin-right: 6px; }
.chart { display: block; width: 100%; height: auto; }
.chart text { font-size: 13px; fill: var(--soft); }
.bar { width: 90px; height: 8px; }
.grid { stroke: var(--line); stroke-width: 1; }
.open { fill: var(--open); }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.s0 { stroke: var(--c0); } .s1 { stroke: var(--c1); stroke-dasharray: 7 3; }
.s2 { stroke: var(--c2); stroke-dasharray: 2 5; stroke-linecap: round; }
.s3 { stroke: var(--c3); stroke-dasharray: 9 3 2 3; }
.s4 { stroke: var(--c4); stroke-dasharray: 4 4; }
.fill { stroke: none; }
.s0.fill { fill: var(--c0); } .s1.fill { fill: var(--c1); } .s2.fill { fill: var(--c2); }
.s3.fill { fill: var(--c3); } .s4.fill { fill: var(--c4); }
footer { margin-top: 32px; padding-bottom: 32px; color: var(--soft); font-size: .9em; }
@media screen and (max-width: 600px) {
  main, header, footer { padding: 0 14px; }
  header { padding-top: 16px; }
  .tiles { grid-template-columns: repeat(2, 1fr); gap: 8px; }
  .chart text { font-size: 24px; }
  .grid { stroke-width: 2; } .line { stroke-width: 3; }
  caption { max-width: calc(100vw - 28px); }
}
@page { size: A4; margin: 14mm 12mm; }
@media print {
  :root { color-scheme: light; }
  body { font-size: 9.5pt; }
  main, header, footer { max-width: none; padding: 0; }
  nav { display: none; }
  h2, h3, caption, figcaption, p.soft { break-after: avoid; }
  figure, tr, .tiles li { break-inside: avoid; }
  thead { display: table-header-group; break-after: avoid; }
  tbody tr:nth-child(-n+3) { break-after: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  th, td { padding: 2px 6px 2px 0; }
  .said, .told { min-width: 0; }
  .name { min-width: 4.5em; }
  .tiles { grid-template-columns: repeat(3, 1fr); }
  .bar { width: 60px; }
  a { color: inherit; text-decoration: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""

_HASH = b64encode(sha256(CSS.encode()).digest()).decode()
STYLE_SOURCE = f"'sha256-{_HASH}'"
"""The one style of a report, as a content security policy names it."""
POLICY = f"default-src 'none'; style-src {STYLE_SOURCE}; base-uri 'none'; form-action 'none'"
"""The content security policy of a report: no script, no other host, no style but its own."""
