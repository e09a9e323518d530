/**
 * What the code of a printed notice says, as bytes. See docs/notice.md.
 *
 *     version 4 · theme 20 · start 16 · issued 26 · layout 32 · content 24 · two lines in every 7 bits
 *
 * - line 行: one of eleven states for each material that the theme could ask for: not on the notice, or its kind and
 *   whether it is required.
 * - layout 材料表: which materials these are; see layout.ts.
 * - content 目录摘要: digest of all that the notice follows from.
 */
import type { CivilDate } from '../../calendar/index.ts';
import type { Catalogue, Material, Theme } from '../../catalogue/index.ts';
import type { Guide, NoticeKind, NoticeLine } from '../types.ts';
import { type BitReader, bitReader, bitWriter } from './bits.ts';
import { contentDigest, digest, materialsOf } from './digest.ts';
import { layoutSum, materialsThen } from './layout.ts';

const VERSION = 1;
const BITS = { version: 4, theme: 20, startOn: 16, issued: 26, layout: 32, content: 24, pair: 7 } as const;
/** Kinds by their numbers in codes: never change the order, only add. */
const KINDS: readonly NoticeKind[] = ['TO_BRING', 'FETCHED', 'MADE', 'FROM_FORM', 'MAY_FOLLOW'];
const STATES = 1 + 2 * KINDS.length;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const FIRST_DAY = Date.UTC(2000, 0, 1);
const FIRST_MINUTE = Date.UTC(2020, 0, 1);

/** A line of a notice as it was told. */
export type IssuedLine = Pick<NoticeLine, 'material' | 'kind' | 'required'>;

/** What a printed notice said. */
export interface Issued {
  readonly theme: Theme;
  readonly startOn: CivilDate;
  /** To the minute. */
  readonly issuedAt: Date;
  /** Null when so much of the catalogue has changed that they cannot be read any more. */
  readonly lines: readonly IssuedLine[] | null;
  /** Whether the catalogue has changed since, so that a new notice would differ. */
  readonly outdated: boolean;
}

/** The notice of a guide in as few bytes as can be. No personal data: not even the answers. */
export function packed({ theme, startOn, notice }: Guide, issuedAt: Date, catalogue: Catalogue): Uint8Array {
  const materials = materialsOf(theme, catalogue);
  const bits = bitWriter();
  bits.write(VERSION, BITS.version);
  bits.write(tagOf(theme), BITS.theme);
  bits.write((Date.parse(startOn) - FIRST_DAY) / DAY_MS, BITS.startOn);
  bits.write(Math.floor((issuedAt.getTime() - FIRST_MINUTE) / MINUTE_MS), BITS.issued);
  bits.write(layoutSum(theme, materials), BITS.layout);
  bits.write(contentTag(theme, catalogue), BITS.content);
  const states = materials.map(({ id }) => stateOf(notice.find(({ material }) => material.id === id)));
  for (let i = 0; i < states.length; i += 2) bits.write((states[i] ?? 0) * STATES + (states[i + 1] ?? 0), BITS.pair);
  return bits.bytes();
}

/** What was packed; undefined when the catalogue has no such theme any more. */
export function unpacked(bytes: Uint8Array, catalogue: Catalogue): Issued | undefined {
  const bits = bitReader(bytes);
  const [version, tag, startOn, issued, layout, content] = [
    bits.read(BITS.version),
    bits.read(BITS.theme),
    bits.read(BITS.startOn),
    bits.read(BITS.issued),
    bits.read(BITS.layout),
    bits.read(BITS.content),
  ];
  if (version !== VERSION || startOn === undefined || issued === undefined || layout === undefined || content === undefined)
    return undefined;
  const readings = catalogue.themes
    .filter((theme) => tagOf(theme) === tag)
    .map((theme) => ({ theme, materials: materialsThen(theme, layout, catalogue) }));
  const { theme, materials } = readings.find(({ materials }) => materials) ?? readings[0] ?? {};
  if (!theme) return undefined;
  return {
    theme,
    startOn: new Date(FIRST_DAY + startOn * DAY_MS).toISOString().slice(0, 10),
    issuedAt: new Date(FIRST_MINUTE + issued * MINUTE_MS),
    lines: materials ? linesOf(materials, bits) : null,
    outdated: content !== contentTag(theme, catalogue),
  };
}

const tagOf = ({ id }: Theme): number => digest(`tag ${id}`) % 2 ** BITS.theme;
const contentTag = (theme: Theme, catalogue: Catalogue): number => contentDigest(theme, catalogue) % 2 ** BITS.content;

const stateOf = (line: NoticeLine | undefined): number => (line ? 1 + 2 * KINDS.indexOf(line.kind) + Number(line.required) : 0);

function linesOf(materials: readonly Material[], bits: BitReader): readonly IssuedLine[] | null {
  const lines: IssuedLine[] = [];
  for (let i = 0; i < materials.length; i += 2) {
    const pair = bits.read(BITS.pair);
    if (pair === undefined) return null;
    for (const [material, state] of [
      [materials[i], Math.floor(pair / STATES)],
      [materials[i + 1], pair % STATES],
    ] as const) {
      const kind = KINDS[Math.floor((state - 1) / 2)];
      if (state > 0 && (!material || !kind)) return null;
      if (material && kind) lines.push({ material, kind, required: (state - 1) % 2 === 1 });
    }
  }
  return bits.left() < 8 ? lines : null;
}
