import { describe, expect, it } from 'vitest';
import type { Agency, Catalogue } from '../../catalogue/index.ts';
import type { Guide, NoticePageOptions } from '../index.ts';
import { issuedPage, lookupPage, noticePage } from '../index.ts';
import { guideOf, shippedCatalogue } from '../testing.ts';

const catalogue = shippedCatalogue();
const CODE = '27NQW-9AW1H-MDV6N-GEZ1V-X2QAT';
const options: NoticePageOptions = {
  code: CODE,
  verifyUrl: 'https://hall.example.cn/notices',
  language: 'zh',
  issuedAt: new Date('2026-03-08T16:30:59Z'),
  hallName: '示例政务服务中心',
  fictional: false,
  agency: catalogue.agency,
};
const PROJECT = {
  small: false,
  land: 'transfer',
  hasLandCertificate: false,
  energy: 'over-5000',
  eiaClass: 'form',
  fireClass: 'special',
  shelter: 'none',
  tender: false,
  selfTender: false,
  soil: false,
  river: false,
  heritage: false,
  lightning: false,
} as const;

const PEOPLE = [
  { holder: 'legal-representative', idNumber: '321012198812139970' },
  { holder: 'agent', idNumber: '321003199006039965' },
] as const;
const company = guideOf(catalogue, 'open-company', {
  answers: { hasEmployees: true, needsInvoices: true, generalTaxpayer: false },
  applicant: { people: PEOPLE },
  said: { kind: 'failed', agency: 'js-e-licence', code: 'AGENCY_TIMEOUT' },
});

/** What a reader sees: tags away, entities resolved, spaces as one. */
const textOf = (html: string) =>
  html
    .replace(/<style>.*?<\/style>|<title>.*?<\/title>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&(lt|gt|amp|quot|#39);/g, (_, name: string) => ({ lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" })[name] ?? '')
    .replace(/\s+/g, ' ');
const tagsOf = (html: string) => (html.match(/<\/?[a-z0-9!]+/g) ?? []).join(' ');
const section = (html: string, title: string) => {
  const found = html.split('<section').find((part) => textOf(`<${part}`).includes(title)) ?? expect.fail(`no section ${title}`);
  return textOf(`<${found}`);
};

describe('the notice on paper', () => {
  const html = noticePage(company, options);

  it('says who issued it, when by the hall’s clock, and how much is asked for and how little brought', () => {
    const text = textOf(html);
    expect(text).toContain('示例政务服务中心');
    expect(text).toContain('一次性告知单 · 开办企业一件事');
    expect(text).toContain('出具时间：2026-03-09 00:30');
    const asked = company.notice.reduce((sum, { neededBy }) => sum + neededBy.length, 0);
    expect(text).toContain(`各事项共要求 ${asked} 份材料，去重后 ${company.notice.length} 份，您只需自备 7 份。`);
  });

  it('lists every material once, in the group that says what to do with it', () => {
    const titles = {
      TO_BRING: '申报时带齐',
      MAY_FOLLOW: '可以后补',
      FROM_FORM: '由表单生成',
      FETCHED: '由部门共享获取',
      MADE: '由前序步骤产生',
    } as const;
    for (const line of company.notice) {
      expect(section(html, titles[line.kind])).toContain(line.material.nameZh);
      expect(html.split(`>${line.material.nameZh}`)).toHaveLength(2);
    }
    expect(html.match(/class="box"/g)).toHaveLength(company.notice.filter(({ kind }) => kind !== 'FETCHED' && kind !== 'MADE').length);
    expect(section(html, '可以后补')).toContain('2026-03-24 前补交');
    expect(section(html, '由部门共享获取')).toContain('调取自：江苏省电子证照库 · 待核验');
    expect(section(html, '由前序步骤产生')).toContain('营业执照 由步骤 2 产生 · 步骤 3–11');
  });

  it('says what to do about blockers, what could not be checked, and what is still open', () => {
    const discharge = guideOf(catalogue, 'plant-expansion-discharge', { answers: { newDischarge: true } });
    const stops = section(noticePage(discharge, options), '须先解决的问题');
    for (const { severity, what, toDo } of discharge.blockers)
      if (severity === 'STOPS') expect([stops, stops]).toEqual([expect.stringContaining(what.zh), expect.stringContaining(toDo.zh)]);
    const project = noticePage(guideOf(catalogue, 'construction-project', { answers: PROJECT }), options);
    expect(section(project, '由大厅代办')).toContain('由大厅转送，无需另行前往');
    expect(project).not.toContain('须先解决的问题');
    expect(section(html, '未能核验的内容')).toContain('江苏省电子证照库: 未能核验证照');
    expect(section(html, '尚待回答的问题')).toContain('是否预约银行开户？');
  });

  it('says when and where each step is filed, and when the door is open', () => {
    const steps = section(html, '步骤与时间');
    for (const { item, status, schedule } of company.steps)
      if (status !== 'NOT_NEEDED') expect(steps).toContain(`${item.nameZh}${status === 'UNDECIDED' ? ' 待定' : ''} ${schedule?.fileOn}`);
    expect(steps).not.toContain('增值税一般纳税人登记');
    expect(section(html, '窗口与开放时间')).toContain(
      'A 扬州经济技术开发区市场监管登记大厅 示例大道8号（虚构地址） · A区1-6号窗口（虚构） · 周一至周五 09:00–12:00、13:30–17:30',
    );
    const project = section(noticePage(guideOf(catalogue, 'construction-project', { answers: PROJECT }), options), '步骤与时间');
    expect(project).toContain('本厅转送扬州市发展和改革委员会');
  });

  it('carries its code as text and as a QR code with the address', () => {
    expect(section(html, '校验码')).toContain(`校验码 ${CODE} 扫码`);
    expect(section(html, '校验码')).toContain('https://hall.example.cn/notices');
    expect(html).toMatch(/<svg [^>]*role="img"[^>]*><title>查验本单的二维码<\/title><rect [^>]*\/><path d="M4 4h7v1h-7z/);
  });

  it('comes in English', () => {
    const text = textOf(noticePage(company, { ...options, language: 'en', hallName: 'Example Hall' }));
    expect(text).toContain('One-time notice · Open a company');
    expect(text).toMatch(/The items ask for \d+ papers, \d+ different ones; you bring 7\./);
    expect(text).toContain('Mon–Fri 09:00–12:00, 13:30–17:30');
    expect(text.replace(/示例.*?（虚构）/g, '')).not.toMatch(/\p{Script=Han}/u);
  });

  it('says so when what agencies say is invented', () => {
    expect(textOf(noticePage(company, { ...options, fictional: true }))).toContain('沙箱：数据均为虚构');
    expect(textOf(html)).not.toContain('虚构，不具效力');
  });

  it('holds no identity number', () => {
    for (const { idNumber } of PEOPLE) expect(html).not.toContain(idNumber.slice(4, -2));
  });
});

describe('a page that a hall’s own catalogue fills', () => {
  const hostile = `<script>alert(1)</script>"'&]]>--><style>*{display:none}</style>`;
  const harmless = 'harmless';

  /** The catalogue in which every name is this one. */
  function named(name: string): Catalogue {
    const names = { nameZh: name, nameEn: name };
    const agencies = catalogue.agencies.map((it): Agency => ({ ...it, ...names, address: name, window: name }));
    const materials = catalogue.materials.map((it) => ({ ...it, ...names }));
    const items = catalogue.items.map((it) => ({ ...it, ...names, result: it.result && { ...it.result, ...names } }));
    const themes = catalogue.themes.map((it) => ({
      ...it,
      ...names,
      questions: it.questions.map((question) => ({ ...question, textZh: name, textEn: name })),
    }));
    return {
      ...catalogue,
      agencies,
      materials,
      items,
      themes,
      agency: (id) => agencies.find((it) => it.id === id),
      material: (id) => materials.find((it) => it.id === id),
      item: (code) => items.find((it) => it.code === code),
      theme: (id) => themes.find((it) => it.id === id),
    };
  }

  const pagesOf = (name: string) => {
    const own = named(name);
    const said = { kind: 'failed', agency: 'js-e-licence', code: name } as const;
    const guides: Guide[] = ['open-company', 'construction-project', 'plant-expansion-discharge'].map((id) =>
      guideOf(own, id, { said, applicant: { uscc: '91321071990000017N', people: PEOPLE } }),
    );
    const lookup = { language: 'zh', hallName: name, path: '/notices', fictional: true, code: name } as const;
    return guides.flatMap((guide) => [
      noticePage(guide, { ...options, hallName: name, agency: own.agency }),
      issuedPage({ theme: guide.theme, startOn: guide.startOn, issuedAt: options.issuedAt, lines: guide.notice, outdated: true }, lookup),
      lookupPage(lookup),
    ]);
  };

  it('shows every name as text: tags stay what they are', () => {
    const [bad, good] = [pagesOf(hostile), pagesOf(harmless)];
    expect(bad.map(tagsOf)).toEqual(good.map(tagsOf));
    for (const html of bad) {
      expect(html).not.toMatch(/<script|\]\]>|"'/);
      expect(textOf(html)).toContain(hostile);
    }
  });

  it('fetches nothing and runs nothing', () => {
    for (const html of [...pagesOf(harmless), noticePage(company, options)]) {
      expect(html).not.toMatch(/<(script|link|img|iframe|object|embed|base)\b|\son\w+=|url\(|@import|javascript:|\ssrc=|\sstyle=/i);
      const addresses = html.match(/\bhttps?:\/\/[^"<\s]*/g) ?? [];
      expect(new Set(addresses)).toEqual(
        new Set(addresses.filter((it) => it === options.verifyUrl || it === 'http://www.w3.org/2000/svg')),
      );
    }
  });
});
