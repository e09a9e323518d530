import fc from 'fast-check';
import { pinyin } from 'pinyin-pro';
import { describe, expect, it } from 'vitest';
import { type Item, loadCatalogue } from '../index.ts';

const { items, search } = loadCatalogue('catalogue');
const firstThree = (words: string) =>
  search(words)
    .slice(0, 3)
    .map(({ slug }) => slug);

/** What people type, and the item that must be among the first three. */
const WANTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'names and parts of names': {
    公司设立: 'company-establish',
    个体工商户: 'individual-establish',
    公司注销: 'company-deregister',
    食品经营许可: 'food-business',
    施工许可: 'construction-permit',
    户口迁移: 'household-move',
    不动产: 're-transfer',
    无犯罪记录: 'no-crime-certificate',
    消防验收: 'fire-acceptance',
    排污许可: 'discharge-permit',
    教师: 'teacher-qualification',
    护士: 'nurse-register',
  },
  'words of everyday': {
    开公司: 'company-establish',
    注册公司: 'company-establish',
    办执照: 'company-establish',
    开店: 'individual-establish',
    开饭店: 'food-business',
    变更法人: 'company-change',
    核名: 'name-declaration',
    刻章: 'seal-filing',
    领发票: 'invoice-first',
    对公账户: 'bank-appointment',
    员工社保: 'si-employees',
    失业金: 'unemployment-benefit',
    养老金: 'pension-payment',
    新生儿上户口: 'birth-registration',
    落户: 'household-move',
    暂住证: 'residence-permit-issue',
    领证: 'marriage-registration',
    准生证: 'fertility-registration',
    产假工资: 'maternity-allowance',
    过户: 're-transfer',
    房产证: 're-transfer',
    契税: 'deed-tax',
    提取公积金: 'hf-withdraw-house',
    低保: 'minimum-living',
    尊老金: 'old-age-allowance',
    装电表: 'power-connection',
    天然气: 'gas-connection',
    滴滴: 'ehail-vehicle',
    卖烟: 'tobacco-retail',
    KTV: 'entertainment',
    理发店: 'public-place',
    宠物医院: 'animal-clinic',
    演唱会: 'mass-event',
    立项: 'project-filing',
    环评: 'eia-report',
  },
  'results, by which people know an item': {
    营业执照: 'company-establish',
    身份证: 'id-card-issue',
    社保卡: 'social-card',
    结婚证: 'marriage-registration',
    出生医学证明: 'birth-certificate',
    残疾人证: 'disability-certificate',
  },
  'whole questions': {
    我想开一家公司需要什么材料: 'company-establish',
    营业执照怎么办: 'company-establish',
    请问身份证丢了怎么办: 'id-card-issue',
    外国人想在这里工作怎么办手续: 'foreigner-work-permit',
    买房子要交什么税: 'deed-tax',
    退休手续怎么办: 'retirement',
    外地看病报销: 'mi-remote',
  },
  'pinyin and initials': {
    yyzz: 'company-establish',
    gssl: 'company-establish',
    gongsisheli: 'company-establish',
    'gongsi sheli': 'company-establish',
    yingyezhizhao: 'company-establish',
    zhuxiaogongsi: 'company-deregister',
    公司zhuxiao: 'company-deregister',
    fapiao: 'invoice-first',
    shebaoka: 'social-card',
    sfz: 'id-card-issue',
    syjt: 'maternity-allowance',
    sgxkz: 'construction-permit',
    luohu: 'household-move',
    lvxingshe: 'travel-agency',
    kuaijigongsi: 'bookkeeping-agency',
  },
  English: {
    company: 'company-establish',
    'open a company': 'company-establish',
    'business licence': 'company-establish',
    'how do I close a company': 'company-deregister',
    restaurant: 'food-business',
    'identity card': 'id-card-issue',
    'social security card': 'social-card',
    maternity: 'maternity-allowance',
    mortgage: 're-mortgage',
    'construction permit': 'construction-permit',
    'work permit': 'foreigner-work-permit',
    hotel: 'hotel-licence',
    tobacco: 'tobacco-retail',
  },
  'codes, slugs and full-width letters': {
    '1132107100009000XY4000131001000': 'company-establish',
    '000131001000': 'company-establish',
    'company-establish': 'company-establish',
    ＡＰＥＣ: 'apec-card',
    ｙｙｚｚ: 'company-establish',
  },
  'one typing error in Chinese': {
    公司社立: 'company-establish',
    公司立: 'company-establish',
    公设司立: 'company-establish',
    营业直照: 'company-establish',
    食品经营许可正: 'food-business',
    身分证: 'id-card-issue',
    一般纳税入: 'general-taxpayer',
    法律援肋: 'legal-aid',
    生育津帖: 'maternity-allowance',
    结昏证: 'marriage-registration',
    消防验首: 'fire-acceptance',
    天燃气过户: 'gas-transfer',
  },
  'one typing error in letters': {
    gsls: 'company-establish',
    yyxz: 'company-establish',
    yyz: 'company-establish',
    gongsisehli: 'company-establish',
    yingyezizhao: 'company-establish',
    shenfenzhegn: 'id-card-issue',
    compnay: 'company-establish',
    comapny: 'company-establish',
    resturant: 'food-business',
    inovice: 'invoice-first',
    marrige: 'marriage-registration',
    morgage: 're-mortgage',
    'constuction permit': 'construction-permit',
    hotle: 'hotel-licence',
    retirment: 'retirement',
  },
};

describe.each(Object.entries(WANTED))('%s', (_kind, queries) => {
  it.each(Object.entries(queries))('"%s" finds %s', (words, slug) => {
    expect(firstThree(words)).toContain(slug);
  });
});

describe('every item', () => {
  const letters = (item: Item) => item.nameZh.replace(/[^\p{L}\p{N}]/gu, '');
  const inPinyin = (item: Item) => pinyin(letters(item), { toneType: 'none', type: 'array', v: true });

  it('comes first by its names, its code, its slug, and its name in pinyin', () => {
    for (const item of items)
      for (const words of [item.nameZh, item.nameEn, item.code, item.baseCode, item.slug, inPinyin(item).join('')])
        expect(search(words)[0]?.slug, words).toBe(item.slug);
  });

  it('is among the first three by each of its aliases, or with all that share the alias where they are more', () => {
    for (const item of items)
      for (const alias of item.aliases) {
        const sharing = items.filter(({ aliases }) => aliases.includes(alias)).length;
        expect(search(alias).slice(0, Math.max(3, sharing)), `${alias}: ${item.slug}`).toContain(item);
      }
  });

  it('is among the first three although one character of its name is wrong, missing or out of place', () => {
    const missed = mistyped(
      (item) => letters(item),
      '龙',
      () => true,
    );
    expect(missed.share, missed.examples).toBeLessThanOrEqual(MOST_MISSED);
  });

  it('is among the first three although one letter of its English name is wrong, missing or out of place', () => {
    const missed = mistyped(
      (item) => item.nameEn,
      'q',
      (name, place) => /\w{5}/.test(name.slice(place, place + 5)),
    );
    expect(missed.share, missed.examples).toBeLessThanOrEqual(MOST_MISSED);
  });
});

/** Names that differ from another item's in the one character that was mistyped lead to the other one: nobody could tell. */
const MOST_MISSED = 0.01;

/** Every item with every kind of error, in three places of its name. */
function mistyped(nameOf: (item: Item) => string, other: string, counts: (name: string, place: number) => boolean) {
  const tried = items.flatMap((item) =>
    ERRORS.flatMap((error) =>
      [0.1, 0.5, 0.9].flatMap((part) => {
        const name = nameOf(item);
        const place = Math.floor(part * (name.length - 1));
        return counts(name, place) ? [{ item, words: error(name, place, other) }] : [];
      }),
    ),
  );
  const missed = tried.filter(({ item, words }) => !firstThree(words).includes(item.slug));
  return {
    share: missed.length / tried.length,
    examples: missed
      .slice(0, 5)
      .map(({ words }) => words)
      .join('; '),
  };
}

type TypingError = (text: string, at: number, other: string) => string;

const ERRORS: readonly TypingError[] = [
  (text, at, other) => `${text.slice(0, at)}${other}${text.slice(at + 1)}`,
  (text, at) => `${text.slice(0, at)}${text.slice(at + 1)}`,
  (text, at, other) => `${text.slice(0, at)}${other}${text.slice(at)}`,
  (text, at) => `${text.slice(0, at)}${text[at + 1]}${text[at]}${text.slice(at + 2)}`,
];

describe('the search', () => {
  it('finds nothing where nothing fits', () => {
    for (const words of ['护照', '离婚', '你好', 'asdfgh', 'passport', 'hello world', '！？……', ' ', ''])
      expect(search(words), words).toEqual([]);
  });

  it('leaves out what fits far worse than the best', () => {
    expect(firstThree('渣土')).toEqual(['construction-waste']);
    expect(search('公司').length).toBeLessThan(40);
  });

  it('takes anything that can be typed, and answers the same twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (words) => {
        const found = search(words);
        expect(new Set(found).size).toBe(found.length);
        expect(search(words)).toEqual(found);
      }),
    );
  });
});
