import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { XMLValidator } from 'fast-xml-parser';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'yimen-notices-'));
const key = join(folder, 'key');
writeFileSync(key, randomBytes(32).toString('base64'));
const keys = { ids: { file: key } };

const PEOPLE = [
  { role: 'LEGAL_REPRESENTATIVE', idNumber: '321012198812139970' },
  { role: 'AGENT', idNumber: '321003199006039965' },
];
const INPUT = {
  theme: 'open-company',
  answers: [
    { question: 'hasEmployees', value: 'true' },
    { question: 'generalTaxpayer', value: 'false' },
  ],
  applicant: { people: PEOPLE },
  startOn: '2026-12-07',
};
const PAPERS = `query ($input: GuideInput!) { guide(input: $input) {
  notice { lines { material { nameZh } kind required } } chart { svg mermaid } noticeDocument { html code }
} }`;
const ISSUED =
  'query ($code: String!) { issuedNotice(code: $code) { theme { nameZh } issuedAt startOn outdated lines { material { nameZh } kind required } } }';

let hall: Hall;
let code: string;
let html: string;
beforeAll(async () => {
  hall = await startHall({ keys });
  ({ code, html } = (await papers()).noticeDocument);
});
afterAll(async () => {
  await hall[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function papers(headers: Record<string, string> = {}) {
  const { data, errors } = await hall.ask(PAPERS, { input: INPUT }, { headers });
  expect(errors).toBeUndefined();
  return data.guide;
}

async function page(path: string, headers: Record<string, string> = {}, url = hall.url) {
  const reply = await request(`${url}${path}`, { headers });
  return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() };
}

/** A copy of the shipped catalogue with one file edited. */
function editedCatalogue(name: string, edit: (text: string) => string): string {
  const copy = join(folder, name);
  cpSync(fileURLToPath(new URL('../catalogue', import.meta.url)), copy, { recursive: true });
  const file = join(copy, 'materials.json');
  writeFileSync(file, edit(readFileSync(file, 'utf8')));
  return copy;
}

describe('a guide as a picture and on paper', () => {
  it('is drawn and written in the language that was asked for', async () => {
    const zh = await papers();
    expect(XMLValidator.validate(zh.chart.svg)).toBe(true);
    expect(zh.chart.svg).toContain('开办企业一件事 办理流程图');
    expect(zh.chart.mermaid).toMatch(/^flowchart TD\n {2}subgraph stage1\["设立登记"\]/);
    const en = await papers({ 'accept-language': 'en' });
    expect(en.chart.svg).toContain('Open a company: the steps');
    expect(en.noticeDocument.html).toContain('<html lang="en">');
  });

  it('names the hall, the address at which it is looked up, and that the sandbox invents', () => {
    expect(html).toContain('扬州经济技术开发区政务服务中心');
    expect(html).toContain(`${hall.url}/notices`);
    expect(html).toContain('沙箱：数据均为虚构');
    for (const { idNumber } of PEOPLE) expect(html).not.toContain(idNumber);
  });

  it('gets hall and address from the settings', async () => {
    const notices = { address: 'https://hall.example.cn/notices/', hall: 'hall-tax' };
    await using other = await startHall({ notices });
    const { data } = await other.ask(PAPERS, { input: INPUT });
    expect(data.guide.noticeDocument.html).toContain('<p class="hall">扬州经济技术开发区办税服务厅');
    expect(data.guide.noticeDocument.html).toContain('https://hall.example.cn/notices<');
    await expect(startHall({ notices: { hall: 'hall-of-mirrors' } })).rejects.toThrow(/notices\.hall: .*no "hall-of-mirrors"/);
  });
});

describe('looking a code up', () => {
  it('over GraphQL: what was told, by any replica', async () => {
    await using replica = await hall.replica();
    for (const asked of [hall, replica]) {
      const { data } = await asked.ask(ISSUED, { code: code.toLowerCase().replaceAll('-', ' ') });
      expect(data.issuedNotice).toMatchObject({ theme: { nameZh: '开办企业一件事' }, startOn: '2026-12-07', outdated: false });
      const lines = (all: { material: { nameZh: string } }[]) => [...all].sort((a, b) => (a.material.nameZh < b.material.nameZh ? -1 : 1));
      expect(lines(data.issuedNotice.lines)).toEqual(lines((await papers()).notice.lines));
    }
  });

  it('over GraphQL: null for whatever this hall did not issue', async () => {
    await using elsewhere = await startHall();
    expect((await elsewhere.ask(ISSUED, { code })).data).toEqual({ issuedNotice: null });
    for (const wrong of [
      '',
      'x',
      code.slice(0, -3),
      `${code}0`,
      code.replace(/\w/, (first) => (first === '7' ? '8' : '7')),
      '🙂',
      '0'.repeat(50_000),
    ])
      expect(await hall.ask(ISSUED, { code: wrong })).toMatchObject({ status: 200, data: { issuedNotice: null } });
  });

  it('by anybody, without a token: theme, day of issue, materials, nothing personal', async () => {
    const { status, text, headers } = await page(`/notices/${code}`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    for (const said of [
      '开办企业一件事',
      '该校验码由扬州经济技术开发区政务服务中心出具',
      '没有变更',
      '2026-12-07',
      '公司章程（合伙协议）',
      '法定代表人（负责人）身份证件',
    ])
      expect(text).toContain(said);
    const told = (await papers()).notice.lines.filter(({ kind }: { kind: string }) => kind === 'TO_BRING');
    expect(text).toContain(`申报时带齐 (${told.length})`);
    expect(text).not.toMatch(/\d{15}/);
  });

  it('nothing on the page runs, is fetched, framed or kept', async () => {
    for (const path of [`/notices/${code}`, '/notices/wrong', '/notices']) {
      const { headers, text } = await page(path);
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-robots-tag': 'noindex' });
      expect(text).not.toMatch(/<script|\son\w+=|\ssrc=|\sstyle=|https?:/);
    }
  });

  it('speaks Chinese, and English where it is asked for', async () => {
    expect((await page(`/notices/${code}`)).text).toContain('<html lang="zh-CN">');
    expect((await page(`/notices/${code}?lang=en`)).text).toContain('This code was issued by');
    expect((await page(`/notices/${code}`, { 'accept-language': 'en-GB,en;q=0.9' })).text).toContain('<html lang="en">');
    expect((await page(`/notices/${code}?lang=zh`, { 'accept-language': 'en' })).text).toContain('<html lang="zh-CN">');
    expect((await page(`/notices/${code}?lang=en&lang=zh`)).status).toBe(200);
  });

  it('with a form that needs no script', async () => {
    const form = await page('/notices');
    expect(form.status).toBe(200);
    expect(form.text).toMatch(/<form method="get" action="\/notices">/);
    expect((await page('/notices?code=')).status).toBe(200);
    const typed = await page(`/notices?code=${encodeURIComponent(code.replaceAll('-', ' '))}&lang=en`);
    expect([typed.status, typed.text]).toEqual([200, expect.stringContaining('One-time notice · Open a company')]);
  });

  it('the same refusal for every wrong code: mistyped, cut short, forged, another hall’s', async () => {
    await using elsewhere = await startHall();
    const foreign = (await elsewhere.ask(PAPERS, { input: INPUT })).data.guide.noticeDocument.code as string;
    const mistyped = code.replace(/\w$/, (last) => (last === '7' ? '8' : '7'));
    const pages = await Promise.all([mistyped, code.slice(0, -4), foreign].map((wrong) => page(`/notices/${wrong}`)));
    const plain = (text: string) => text.replace(/ value="[^"]*"|href="[^"]*"/g, '');
    expect(new Set(pages.map(({ status, text }) => `${status} ${plain(text)}`)).size).toBe(1);
    expect(pages[0]).toMatchObject({ status: 404, text: expect.stringContaining('查不到该校验码') });
    expect(pages[0]?.text).toContain(`value="${mistyped}"`);
  });

  it('does not repeat what could not be a code', async () => {
    for (const wrong of ['<script>alert(1)</script>', '"><u>x', '11010519491231002X', 'x'.repeat(900), '%00', '../../etc/passwd']) {
      const { status, text } = await page(`/notices/${encodeURIComponent(wrong)}`);
      expect([wrong, status]).toEqual([wrong, 404]);
      expect(text).not.toContain(wrong);
    }
    expect((await page('/notices?code=a&code=b')).status).toBe(200);
    expect((await page('/notices/%ff')).status).toBe(400);
    const post = await request(`${hall.url}/notices/${code}`, { method: 'POST' });
    expect(post.statusCode).toBe(404);
  });

  it('says when the catalogue has changed since', async () => {
    const renamed = editedCatalogue('renamed', (text) => text.replace('公司章程（合伙协议）', '公司章程'));
    await using later = await startHall({ keys, catalogue: renamed });
    const { text } = await page(`/notices/${code}`, {}, later.url);
    expect(text).toContain('已有变更，请重新出具告知单');
    expect(text).toContain('公司章程<');
    expect((await later.ask(ISSUED, { code })).data.issuedNotice).toMatchObject({ outdated: true });
  });
});
