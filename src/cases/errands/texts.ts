import type { Fact } from '../life/index.ts';
import type { ErrandKind } from './tables.ts';

/** What a text is made of. Neither names nor numbers of persons: a phone may lie open on a table. */
export interface TextParts {
  readonly number: string;
  readonly item: string;
}

/** What is told of a fact; undefined when nobody need hear of it. */
export function textOf(fact: Fact, { number, item }: TextParts): { readonly kind: ErrandKind; readonly text: string } | undefined {
  const about = `您的办件${number}（${item}）`;
  switch (fact.kind) {
    case 'correction':
      return { kind: 'correction', text: `${about}需要补正：${listed(fact.points.map(({ what }) => what))}。请一次性补齐后提交。` };
    case 'granted':
      return { kind: 'granted', text: `${about}已办结通过。` };
    case 'refused':
      return { kind: 'refused', text: `${about}未予通过：${fact.reason}。` };
    case 'not-accepted':
      return { kind: 'not-accepted', text: `${about}不予受理：${fact.reason}。` };
    default:
      return undefined;
  }
}

/** 容缺补交提醒 */
export const reminderText = (number: string, material: string, followsBy: string): string =>
  `您的办件${number}承诺补交的“${material}”须于${followsBy}前补交，逾期将按承诺书处理。`;

const listed = (points: readonly string[]): string => points.map((what, i) => `${i + 1}. ${what}`).join('；');
