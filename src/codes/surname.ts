/** Surnames of two characters that are still borne, the usual ones of 百家姓 and of the census. */
const COMPOUND = new Set(
  (
    '欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 ' +
    '长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 ' +
    '南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 ' +
    '即墨 达奚 褚师 纳兰 完颜 耶律 富察'
  ).split(' '),
);

/**
 * How many characters of a person's name are the surname: one, or two of a compound one that a given name follows; of a name in
 * Latin letters its first word, as pinyin is written (GB/T 28039). Of a name of one word the first letter, of one character none.
 */
export function surnameLength(name: string): number {
  const characters = [...name];
  if (characters.length < 2) return 0;
  if (/^\p{Script=Latin}/u.test(name)) return /^[^\s*]+ (?=\S)/u.exec(name)?.[0].length ?? 1;
  return characters.length > 2 && COMPOUND.has(characters.slice(0, 2).join('')) ? 2 : 1;
}
