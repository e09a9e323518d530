import { type Markup, markup } from '../markup.ts';
import { dashesOf, INK, strokeOf } from './strokes.ts';
import { widthOf } from './text.ts';
import type { ChartWords } from './words.ts';

/** What the signs of a chart mean, in rows. */
export interface Legend {
  readonly items: readonly Markup[];
  readonly height: number;
}

const SIZE = 2.5;
const SAMPLE = { width: 7, height: 3 } as const;
const ROW = 4.4;
const BETWEEN = 5;

const plain = { status: 'NEEDED', forwardedTo: null, schedule: { critical: false } } as const;
const someone = { id: '', nameZh: '', nameEn: '', level: 'city', kind: 'department', operating: true } as const;

export function legendOf({ legend }: ChartWords, width: number): Legend {
  const entries: readonly (readonly [Markup, string])[] = [
    [frame(plain), legend.plain],
    [frame({ ...plain, schedule: { critical: true } }), legend.critical],
    [frame({ ...plain, forwardedTo: someone }), legend.forwarded],
    [frame({ ...plain, status: 'UNDECIDED' }), legend.undecided],
    [markup`${frame(plain)}<text x="3.5" y="2.4" font-size="2.5" text-anchor="middle">★</text>`, legend.milestone],
    [arrow, legend.arrow],
    [markup``, legend.dates],
  ];
  let [x, row] = [0, 0];
  const items = entries.map(([sample, text]) => {
    const indent = sample.text ? SAMPLE.width + 1.2 : 0;
    const length = indent + widthOf(text) * SIZE;
    if (x > 0 && x + length > width) [x, row] = [0, row + 1];
    const item = markup`<g transform="translate(${x.toFixed(2)} ${(row * ROW).toFixed(2)})">${sample}<text x="${indent}" y="2.4" font-size="${SIZE}">${text}</text></g>\n`;
    x += length + BETWEEN;
    return item;
  });
  return { items, height: (row + 1) * ROW };
}

function frame(look: Parameters<typeof strokeOf>[0]): Markup {
  const { stroke, width } = strokeOf(look);
  const dashes = dashesOf(look);
  return markup`<rect width="${SAMPLE.width}" height="${SAMPLE.height}" fill="#fff" stroke="${stroke}" stroke-width="${width}"${dashes ? markup` stroke-dasharray="${dashes}"` : ''}/>`;
}

const arrow = markup`<line x1="0" y1="1.5" x2="6" y2="1.5" stroke="${INK.line}" stroke-width="0.25"/><polygon points="7,1.5 6,1.1 6,1.9" fill="${INK.line}"/>`;
