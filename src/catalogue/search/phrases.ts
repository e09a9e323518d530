import type { Item } from '../entries.ts';

/** Something that an item is called, and how much a find in it counts. */
export interface Phrase {
  /** Position of the item. */
  readonly item: number;
  readonly text: string;
  readonly weight: number;
}

/** How much a find counts, by where it was made. */
const WEIGHTS = { name: 1, alias: 1, result: 0.9, slug: 0.85 };

/** Everything that items are called, in Chinese and in English. */
export function phrasesOf(items: readonly Item[]): { readonly chinese: readonly Phrase[]; readonly english: readonly Phrase[] } {
  const all = items.flatMap((item, i) => calledBy(item).map(([text, weight]) => ({ item: i, text, weight })));
  return { chinese: all.filter(({ text }) => isChinese(text)), english: all.filter(({ text }) => !isChinese(text)) };
}

export const isChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);

function calledBy({ nameZh, nameEn, aliases, result, slug }: Item): (readonly [string, number])[] {
  return [
    [nameZh, WEIGHTS.name],
    [nameEn, WEIGHTS.name],
    ...aliases.map((alias) => [alias, WEIGHTS.alias] as const),
    ...[result?.nameZh, result?.nameEn].flatMap((name) => (name ? [[name, WEIGHTS.result] as const] : [])),
    [slug, WEIGHTS.slug],
  ];
}

/** How people ask, not what for: "我想开一家公司需要什么材料" means 开公司. */
const ASKING =
  /请问|我想|我要|想要|想|怎么样|怎么|如何|怎样|可以|需要|什么|哪些|材料|手续|流程|条件|一下|一家|一个|一张|在哪里|在哪儿|在哪|哪里|去哪|多久|多少钱|办理|要|去|给|的|了|吗|呢/g;

/** Chinese words without those of asking, where others are left. */
export function withoutAsking(text: string): string {
  const meant = text.replace(ASKING, '');
  return isChinese(meant) ? meant : text;
}
