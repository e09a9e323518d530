/** Files over HTTP: from `POST /files` into a case, and who may read them. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../src/connect/index.ts';
import { type Hall, startHall } from './harness.ts';

const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
const FILE = 'file { id type size sha256 }';

let hall: Hall;
const data = mkdtempSync(join(tmpdir(), 'yimen-files-'));
beforeAll(async () => {
  hall = await startHall({ files: { most: 1_000_000 } }, { YIMEN_DATA: data }, { as: 'clerk' });
}, 60_000);
afterAll(() => hall?.[Symbol.asyncDispose]());

async function send(body: Buffer, headers: object = {}, role: Role = 'clerk', url = hall.url) {
  const reply = await request(`${url}/files`, {
    method: 'POST',
    body,
    headers: { ...(await hall.signed(role, 'POST', '/files')), ...headers },
  });
  return { status: reply.statusCode, body: (await reply.body.json()) as { id: string; errors: { extensions: { code: string } }[] } };
}

async function fetched(id: string, role: Role) {
  const reply = await request(`${hall.url}/files/${id}`, { headers: await hall.signed(role, 'GET', `/files/${id}`) });
  return { status: reply.statusCode, headers: reply.headers, bytes: Buffer.from(await reply.body.arrayBuffer()) };
}

/** Everything in the folder of files. */
function onDisk(): string[] {
  const folder = join(data, 'files');
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

const asked = (mutation: string, type: string, input: object, role: Role) =>
  hall.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { problems { code path } case { number materials { ${FILE} }
       items { id phase result { number document { id sha256 } verification { method } } } } } }`,
    { input },
    { role },
  );

async function opened(role: Role): Promise<string> {
  const input = { items: ['gov-feasibility'], applicant: { uscc: '91321071990000017N', nameZh: '扬州示例精密机械有限公司' } };
  return (await asked('openCase', 'OpenCaseInput', input, role)).data.openCase.case.number;
}

describe('a file that a citizen sends', () => {
  it('is theirs alone, becomes part of a case, and is then read by whoever may read the case', async () => {
    const { status, body } = await send(
      PDF,
      { 'content-type': 'application/pdf', 'x-file-name': encodeURIComponent('项目 报告.pdf') },
      'citizen',
    );
    expect([status, body]).toMatchObject([201, { type: 'application/pdf', size: PDF.length }]);
    expect((await fetched(body.id, 'officer')).status).toBe(404);
    const mine = await fetched(body.id, 'citizen');
    expect(mine.bytes.equals(PDF)).toBe(true);
    expect(mine.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="${body.id}"; filename*=UTF-8''%E9%A1%B9%E7%9B%AE%20%E6%8A%A5%E5%91%8A.pdf`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'no-store',
    });

    const number = await opened('citizen');
    const input = { number, material: 'project-report', file: body.id };
    const kiosk = await opened('kiosk');
    expect((await asked('attachMaterial', 'AttachMaterialInput', { ...input, number: kiosk }, 'kiosk')).data.attachMaterial).toEqual({
      case: null,
      problems: [{ code: 'UNKNOWN_FILE', path: 'file' }],
    });
    const attached = (await asked('attachMaterial', 'AttachMaterialInput', input, 'citizen')).data.attachMaterial;
    expect(attached.case.materials).toEqual([{ file: body }]);
    expect((await fetched(body.id, 'officer')).bytes.equals(PDF)).toBe(true);
    for (const role of ['kiosk', 'integrator'] as const) expect((await fetched(body.id, role)).status).toBe(404);
    const seen = `{ case(number: "${input.number}") { form } }`;
    expect((await hall.ask(seen, {}, { role: 'integrator' })).data).toEqual({ case: null });
  });

  it('a name that was made up is no file', async () => {
    const input = { number: await opened('clerk'), material: 'project-report', file: '../../etc/passwd' };
    expect((await asked('attachMaterial', 'AttachMaterialInput', input, 'clerk')).data.attachMaterial.problems).toEqual([
      { code: 'UNKNOWN_FILE', path: 'file' },
    ]);
  });
});

describe('a decision of the bureau', () => {
  it('has its document, which the applicant reads', async () => {
    const number = await opened('citizen');
    for (const material of ['org-certificate', 'project-report', 'agent-id', 'site-opinion'])
      await asked('attachMaterial', 'AttachMaterialInput', { number, material, certificateNumber: '示例-1' }, 'citizen');
    const form = { 'contact-name': '示例联系人', 'contact-phone': '13800000000', 'declared-true': true };
    await asked('saveForm', 'SaveFormInput', { number, form }, 'citizen');
    const submitted = (await asked('submitCase', 'SubmitCaseInput', { number, idempotencyKey: 'with-document' }, 'citizen')).data
      .submitCase;
    const [{ id: item }] = submitted.case.items;
    const { body } = await send(PDF, {}, 'officer');
    await asked('decide', 'DecideInput', { item, decision: 'ACCEPT' }, 'officer');
    const decided = (
      await asked('decide', 'DecideInput', { item, decision: 'GRANT', resultNumber: '批复1号', document: body.id }, 'officer')
    ).data;
    expect(decided.decide.case.items[0].result).toMatchObject({ number: '批复1号', document: { id: body.id }, verification: null });
    expect((await fetched(body.id, 'citizen')).bytes.equals(PDF)).toBe(true);
  });
});

describe('refused at the door', () => {
  it.each([
    ['B69', PDF, { 'x-file-name': '..%2F..%2Fx.pdf' }, 400, 'FILE_NAME_REFUSED'],
    ['B70', PDF, { 'x-file-name': 'x.pdf%00.png' }, 400, 'FILE_NAME_REFUSED'],
    ['B70 (not percent-encoded as it should be)', PDF, { 'x-file-name': '%E6%A' }, 400, 'FILE_NAME_REFUSED'],
    ['B71', Buffer.from('<html><script>1</script>'), { 'content-type': 'application/pdf' }, 415, 'FILE_TYPE_REFUSED'],
    ['B73', Buffer.alloc(0), {}, 400, 'FILE_EMPTY'],
    ['B73 (too long)', Buffer.alloc(1_000_001), {}, 413, 'FILE_TOO_LARGE'],
  ])('%s: nothing is kept, the sentence is in the language asked for, the name is not echoed', async (_, body, headers, status, code) => {
    const before = onDisk();
    const refused = await send(body, { 'accept-language': 'en', ...headers });
    expect([refused.status, refused.body.errors[0]?.extensions.code]).toEqual([status, code]);
    expect(JSON.stringify(refused.body)).not.toMatch(/x\.pdf|\.\./);
    expect(onDisk()).toEqual(before);
  });

  it('without a token, or as somebody who sends nothing in', async () => {
    const before = onDisk();
    expect((await request(`${hall.url}/files`, { method: 'POST', body: PDF })).statusCode).toBe(401);
    expect((await send(PDF, {}, 'auditor')).status).toBe(403);
    expect(onDisk()).toEqual(before);
  });

  it('too long without having said so: the answer comes, although more is on its way', async () => {
    const reply = await request(`${hall.url}/files`, {
      method: 'POST',
      headers: await hall.signed('clerk', 'POST', '/files'),
      body: Readable.from(tooMuch()),
    });
    expect([reply.statusCode, await reply.body.json()]).toMatchObject([413, { errors: [{ extensions: { code: 'FILE_TOO_LARGE' } }] }]);
    function* tooMuch() {
      for (let i = 0; i < 40; i++) yield Buffer.alloc(64 * 1024);
    }
  });

  it.each([
    ['a sender that goes away', true],
    ['a sender that says no more', false],
  ])('%s in the middle leaves nothing', async (_, leaves) => {
    const before = onDisk();
    const { port } = new URL(hall.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    const token = `Bearer ${await hall.token('clerk')}`;
    socket.write(`POST /files HTTP/1.1\r\nhost: h\r\nauthorization: ${token}\r\ncontent-length: 500000\r\n\r\n`);
    socket.write(Buffer.concat([PDF, Buffer.alloc(200_000)]));
    await expect.poll(() => onDisk().length, { timeout: 5_000 }).toBe(before.length + 1);
    // Who stays silent is cut by the server's own time limit.
    if (leaves) socket.destroy();
    else await once(socket.resume(), 'close');
    await expect.poll(onDisk, { timeout: 5_000 }).toEqual(before);
  });
});

describe('T18: the disk is full', () => {
  it('503, and the gateway answers everything else', async () => {
    await using full = await startHall({ files: { reserve: Number.MAX_SAFE_INTEGER } }, {}, { as: 'clerk' });
    const authorization = `Bearer ${await full.token('clerk')}`;
    const reply = await request(`${full.url}/files`, { method: 'POST', body: PDF, headers: { authorization } });
    expect([reply.statusCode, await reply.body.json()]).toMatchObject([503, { errors: [{ extensions: { code: 'FILE_STORE_FULL' } }] }]);
    expect((await full.ask('{ themes { id } }')).status).toBe(200);
  });
});
