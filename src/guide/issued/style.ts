import { type Markup, markup } from '../markup.ts';

/** Style of the notice and of the page that looks it up: for A4 and black ink first, then for screens. No fonts are fetched. */
export const STYLE: Markup = markup`
@page { size: A4; margin: 14mm 14mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
* { box-sizing: border-box; }
html { font: 10pt/1.45 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", SimHei, sans-serif; color: #111; background: #fff; }
html:lang(en) { font-family: "Helvetica Neue", Arial, "Liberation Sans", "Noto Sans", "Noto Sans CJK SC", sans-serif; }
body { max-width: 182mm; margin: 0 auto; }
h1 { font-size: 19pt; line-height: 1.2; margin: 0 0 1mm; }
h2 { font-size: 12pt; margin: 5mm 0 1mm; padding-bottom: .6mm; border-bottom: .4mm solid #111; break-after: avoid; }
h3 { font-size: 10.5pt; margin: 3mm 0 .5mm; break-after: avoid; }
p { margin: .6mm 0; }
header { display: flex; gap: 6mm; align-items: flex-start; }
header > div { flex: 1; }
.hall { font-size: 10pt; margin-bottom: 1.5mm; }
.counts { font-weight: bold; font-size: 11.5pt; margin-top: 2mm; }
.qr { width: 33mm; flex: none; text-align: center; font-size: 8pt; }
.qr svg { width: 33mm; height: 33mm; display: block; }
.hint, small { color: #333; font-size: 8.5pt; }
h2 + .hint { break-after: avoid; }
ul { list-style: none; margin: 0; padding: 0; }
li { padding: .8mm 0 .8mm 7mm; border-bottom: .15mm solid #999; break-inside: avoid; position: relative; }
li small { display: block; }
.box::before { content: ""; position: absolute; left: 1mm; top: 1.6mm; width: 3.6mm; height: 3.6mm; border: .3mm solid #111; }
.dot::before { content: "·"; position: absolute; left: 2.4mm; font-weight: bold; }
.letter { position: absolute; left: 1mm; }
.tag { font-size: 8.5pt; border: .2mm solid #111; border-radius: 1mm; padding: 0 1mm; white-space: nowrap; }
.stops { border: .7mm solid #111; padding: 1.5mm 3mm; margin: 2mm 0; break-inside: avoid; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .8mm 1.2mm; border-bottom: .15mm solid #999; }
th { font-size: 8.5pt; border-bottom: .3mm solid #111; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
td:nth-child(1) { text-align: right; width: 9mm; white-space: nowrap; }
td:nth-child(3), td:nth-child(4) { white-space: nowrap; font-variant-numeric: tabular-nums; }
.code { font: bold 9.5pt/1.4 "DejaVu Sans Mono", Consolas, Menlo, monospace; overflow-wrap: anywhere; }
.verify { margin-top: 2mm; padding: 1.2mm 0; border-top: .3mm solid #111; border-bottom: .3mm solid #111; }
.two { columns: 2; column-gap: 8mm; }
.address { overflow-wrap: anywhere; }
form { margin: 4mm 0; }
input { font: 12pt/1.6 "DejaVu Sans Mono", Consolas, Menlo, monospace; width: 100%; padding: 1mm 2mm; border: .4mm solid #111; border-radius: 0; }
button { font: inherit; font-weight: bold; margin-top: 2mm; padding: 1mm 6mm; border: .4mm solid #111; background: #fff; color: #111; }
.state { border: .7mm solid #111; padding: 2mm 3mm; margin: 3mm 0; font-size: 11.5pt; }
nav { margin-top: 6mm; font-size: 9pt; }
nav a { color: #111; margin-right: 6mm; }
@media screen { body { padding: 8mm 5mm 16mm; } }
`;

/** A page of its own: no scripts, nothing fetched. */
export const htmlPage = (lang: string, title: string, body: Markup): string =>
  markup`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`.text;
