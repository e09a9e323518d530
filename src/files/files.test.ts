/** What becomes of a file, in a folder and in a store that speaks S3. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import {
  eicar,
  jpeg,
  ofd,
  pdf,
  piecesOf,
  png,
  spooled,
  type TestFiles,
  type TestPlace,
  testFiles,
  testFolder,
  testS3,
  zip,
} from './testing.ts';
import type { Declared } from './types.ts';

const LI = { actor: 'li', role: 'citizen' };
const CLERK = { actor: 'wang', role: 'clerk' };
const CASE = '11111111-1111-4111-8111-111111111111';
const DAY_MS = 24 * 60 * 60_000;
const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

async function opened(kind: () => Promise<TestPlace>, more: Parameters<typeof testFiles>[1] = {}): Promise<TestFiles & TestPlace> {
  const place = await kind();
  const tested = await testFiles(place, more);
  open.push(place, tested);
  return { ...place, ...tested };
}

const addCase = ({ store }: TestFiles) =>
  store.transaction(({ db }) =>
    db.execute(
      `insert into yimen.cases (id, number, channel, subject, opened_by, block, sealed, status, opened_at, changed_at)
       values ('${CASE}', 'C1', 'WINDOW', 's', 'li', '', '', 'DRAFT', now(), now())`,
    ),
  );

/** Nothing of a file is anywhere: not in the spool, not in the place, not in the database. */
async function expectNothing({ contents, folder, rows }: TestFiles & TestPlace): Promise<void> {
  expect([...contents().keys(), ...spooled(folder)]).toEqual([]);
  expect(await rows('select id from yimen.files')).toEqual([]);
}

describe.each([
  ['a folder', testFolder],
  ['a store that speaks S3', testS3],
])('in %s', (_, kind) => {
  it('a file comes back as it was sent, is called by its digest, and lies there encrypted', async () => {
    const { files, contents, folder } = await opened(kind);
    const sent = pdf('示例内容'.repeat(30_000));
    const stored = await files.put(piecesOf(sent), { name: '营业执照（副本）.pdf', type: 'application/pdf', size: sent.length }, LI);
    const sha256 = createHash('sha256').update(sent).digest('hex');
    expect(stored).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), type: 'application/pdf', size: sent.length, sha256 });
    const found = await files.find(stored.id);
    expect(found).toMatchObject({ name: '营业执照（副本）.pdf', uploadedBy: 'li', caseId: null });
    expect((await buffer(files.read(stored))).equals(sent)).toBe(true);
    const [[name, bytes] = ['', Buffer.alloc(0)]] = [...contents()];
    expect(name).toMatch(/^contents\/([0-9a-f]{2}\/)?[0-9a-f]{64}$/);
    expect(name).not.toContain(sha256);
    expect([bytes.includes('%PDF'), bytes.includes('示例内容')]).toEqual([false, false]);
    expect(spooled(folder)).toEqual([]);
  });

  it('10 MB go through although their sender uses one buffer over and over: no more than a piece is held at a time', async () => {
    const { files } = await opened(kind);
    const one = Buffer.alloc(64 * 1024);
    const digest = createHash('sha256');
    async function* sent() {
      for (let i = 0; i < 160; i++) {
        one.fill(i);
        if (i === 0) one.write('%PDF-1.7\n');
        if (i === 159) one.write('\n%%EOF\n', one.length - 8);
        digest.update(one);
        yield one;
      }
      one.fill(0);
    }
    const stored = await files.put(sent(), {}, LI);
    expect([stored.size, stored.sha256]).toEqual([10 * 1024 * 1024, digest.digest('hex')]);
    const back = createHash('sha256');
    const lengths = new Set<number>();
    for await (const piece of files.read(stored)) lengths.add(back.update(piece) && piece.length);
    expect(back.digest('hex')).toBe(stored.sha256);
    expect(Math.max(...lengths)).toBe(64 * 1024);
  });

  it('the same content sent twice at once is two files and one content; each can be let go of alone', async () => {
    const hall = await opened(kind);
    const { files, contents, clock } = hall;
    const [one, other] = await Promise.all([files.put(piecesOf(pdf()), {}, LI), files.put(piecesOf(pdf(), 7), {}, CLERK)]);
    expect(one.id).not.toBe(other.id);
    expect(contents().size).toBe(1);
    await addCase(hall);
    await hall.store.transaction((unit) => files.claim(unit, other.id, CASE, CLERK));
    clock.at += DAY_MS + 1;
    await files.sweep();
    expect(await files.find(one.id)).toBeUndefined();
    expect((await buffer(files.read(other))).equals(pdf())).toBe(true);
  });

  it('what nobody claims is gone after a day, not before; what a killed gateway left half kept goes with it', async () => {
    const { files, contents, clock, rows, store } = await opened(kind);
    const { id } = await files.put(piecesOf(pdf()), {}, LI);
    await store.transaction(({ db }) => db.execute(`update yimen.files set state = 'RECEIVING'`));
    expect(await files.find(id)).toBeUndefined();
    clock.at += DAY_MS - 1;
    await files.sweep();
    expect(contents().size).toBe(1);
    clock.at += 2;
    await files.sweep();
    expect(contents().size).toBe(0);
    expect(await rows('select id from yimen.files')).toEqual([]);
  });

  it('B75: the test file of scanners is set apart, sealed, and never served', async () => {
    const { files, contents, rows } = await opened(kind);
    await expect(files.put(piecesOf(eicar()), { name: 'eicar.txt' }, LI)).rejects.toMatchObject({ code: 'FILE_INFECTED', status: 422 });
    const [[name, bytes] = ['', Buffer.alloc(0)], ...others] = [...contents()];
    expect(others).toEqual([]);
    expect(name).toMatch(/^quarantine\//);
    expect(bytes.includes('EICAR')).toBe(false);
    const [row] = await rows('select id, type from yimen.files');
    expect(await files.find(String(row?.['id']))).toBeUndefined();
  });

  it('a sender that breaks off leaves nothing', async () => {
    const hall = await opened(kind);
    async function* broken() {
      yield pdf('x'.repeat(300_000)).subarray(0, 250_000);
      throw new Error('connection reset');
    }
    await expect(hall.files.put(broken(), {}, LI)).rejects.toThrow('connection reset');
    await expectNothing(hall);
  });

  it('T18: where the disk has no room beyond the reserve, nothing is received', async () => {
    const hall = await opened(kind, { free: async () => 1_000_000, reserve: 999_000 });
    const large = pdf('x'.repeat(2_000));
    await expect(hall.files.put(piecesOf(large), { size: large.length }, LI)).rejects.toMatchObject({
      code: 'FILE_STORE_FULL',
      status: 503,
    });
    await expectNothing(hall);
    expect((await hall.files.put(piecesOf(pdf()), { size: pdf().length }, LI)).size).toBe(pdf().length);
  });
});

describe('a file belongs to its sender', () => {
  it('until it is claimed: by the sender or by staff, for one case', async () => {
    const hall = await opened(testFolder);
    await addCase(hall);
    const { files, store } = hall;
    const claim = (id: string, who: typeof LI, caseId = CASE) => store.transaction((unit) => files.claim(unit, id, caseId, who));
    const { id } = await files.put(piecesOf(pdf()), {}, LI);
    expect(await claim(id, { actor: 'zhao', role: 'citizen' })).toBeUndefined();
    expect(await claim('../../etc/passwd', CLERK)).toBeUndefined();
    expect(await claim(id, LI)).toMatchObject({ id });
    expect(await claim(id, LI, '22222222-2222-4222-8222-222222222222')).toBeUndefined();
    const another = await files.put(piecesOf(pdf('2')), {}, LI);
    expect(await claim(another.id, CLERK)).toMatchObject({ id: another.id });
  });

  it('a content that was changed on the disk, or put in another’s place, is not given out', async () => {
    const { files, folder, contents } = await opened(testFolder);
    const stored = await files.put(piecesOf(pdf('x'.repeat(100_000))), {}, LI);
    const other = await files.put(piecesOf(pdf('y'.repeat(100_000))), {}, LI);
    const [first = '', second = ''] = [...contents().keys()].map((name) => join(folder, name));
    const [one, two] = [readFileSync(first), readFileSync(second)];
    writeFileSync(first, two);
    writeFileSync(second, one);
    for (const each of [stored, other]) await expect(buffer(files.read(each))).rejects.toMatchObject({ name: 'ContentBroken' });
    writeFileSync(first, one);
    writeFileSync(second, two);
    expect((await buffer(files.read(stored))).length).toBe(stored.size);
    for (const path of [first, second]) writeFileSync(path, readFileSync(path).subarray(0, -100));
    await expect(buffer(files.read(stored))).rejects.toMatchObject({ name: 'ContentBroken' });
    expect(readdirSync(folder)).toContain('spool');
  });
});

/** Ten million bytes of nothing. */
const ZEROS = Buffer.alloc(10_000_000);
const REFUSED: readonly (readonly [string, Buffer, Declared, string])[] = [
  ['B69: a path in its name', pdf(), { name: '../../x.pdf' }, 'FILE_NAME_REFUSED'],
  ['B69: a path of another kind', pdf(), { name: '..\\x.pdf' }, 'FILE_NAME_REFUSED'],
  ['B70: a double extension', pdf(), { name: '执照.pdf.exe' }, 'FILE_NAME_REFUSED'],
  ['B70: a double extension, the other way round', pdf(), { name: 'shell.php.pdf' }, 'FILE_NAME_REFUSED'],
  ['B70: NUL in its name', pdf(), { name: 'x.pdf\0.png' }, 'FILE_NAME_REFUSED'],
  ['B70: a name that is written backwards', pdf(), { name: 'x\u202Efdp.exe' }, 'FILE_NAME_REFUSED'],
  ['B70: an extension that does not fit', pdf(), { name: 'x.png' }, 'FILE_NAME_REFUSED'],
  ['B71: HTML that says it is a PDF', Buffer.from('<html><script>1</script>'), { type: 'application/pdf' }, 'FILE_TYPE_REFUSED'],
  ['B71: HTML before a PDF', Buffer.concat([Buffer.from('<html>'), pdf()]), { type: 'application/pdf' }, 'FILE_TYPE_REFUSED'],
  ['B71: a scripted SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), {}, 'FILE_TYPE_REFUSED'],
  ['B71: an image that says it is a PDF', png(10, 10), { type: 'application/pdf' }, 'FILE_TYPE_DIFFERS'],
  ['B71: a PDF with a script', pdf('3 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj'), {}, 'FILE_ACTIVE_CONTENT'],
  ['B71: a PDF with a script that hides its name', pdf('<</S/J#61va#53cript/JS(1)>>'), {}, 'FILE_ACTIVE_CONTENT'],
  ['B71: a PDF that starts a program', pdf('<</S /Launch /F (cmd.exe)>>'), {}, 'FILE_ACTIVE_CONTENT'],
  ['B71: a PDF without an end', pdf().subarray(0, -7), {}, 'FILE_BROKEN'],
  ['B72: a zip that is no OFD', zip([{ name: 'word/document.xml', bytes: Buffer.from('<w/>') }]), {}, 'FILE_TYPE_REFUSED'],
  ['B72: a bomb', ofd({ name: 'a', bytes: ZEROS, unpacked: 300_000_000 }), {}, 'FILE_ARCHIVE_REFUSED'],
  ['B72: a bomb that says it is small', ofd({ name: 'a', bytes: ZEROS, unpacked: 10 }), {}, 'FILE_ARCHIVE_REFUSED'],
  ['B72: entries that lie over each other', ofd({ name: 'OFD.xm', bytes: ZEROS, at: 0 }), {}, 'FILE_ARCHIVE_REFUSED'],
  ['B72: a name that leads out', ofd({ name: '../../etc/cron.d/x', bytes: Buffer.from('x') }), {}, 'FILE_ARCHIVE_REFUSED'],
  ['B72: a name that begins at the root', ofd({ name: '/etc/x', bytes: Buffer.from('x') }), {}, 'FILE_ARCHIVE_REFUSED'],
  ['B72: an encrypted entry', ofd({ name: 'a', bytes: Buffer.from('x'), flags: 1 }), {}, 'FILE_ARCHIVE_REFUSED'],
  ['B73: empty', Buffer.alloc(0), {}, 'FILE_EMPTY'],
  ['B73: shorter than declared', pdf(), { size: 1_000 }, 'FILE_INCOMPLETE'],
  ['B73: longer than declared', pdf(), { size: 10 }, 'FILE_INCOMPLETE'],
  ['B73: longer than the hall takes', pdf('x'.repeat(400_000)), {}, 'FILE_TOO_LARGE'],
  ['B73: declared longer than the hall takes', pdf(), { size: 300_001 }, 'FILE_TOO_LARGE'],
  ['B74: 50,000 × 50,000', png(50_000, 50_000), {}, 'FILE_IMAGE_TOO_LARGE'],
  ['B74: 50,000 × 50,000 as a photograph', jpeg(50_000, 50_000), {}, 'FILE_IMAGE_TOO_LARGE'],
  ['B74: a photograph without a frame', Buffer.from('ffd8ffe00002ffd9', 'hex'), {}, 'FILE_BROKEN'],
];

describe('refused, with nothing kept', () => {
  it.each(REFUSED)('%s', async (_, bytes, declared, code) => {
    const hall = await opened(testFolder, { most: 300_000 });
    const refused = await hall.files.put(piecesOf(bytes), declared, LI).catch((cause: unknown) => cause);
    expect(refused).toMatchObject({
      name: 'FileRefused',
      code,
      zh: expect.stringMatching(/\p{Script=Han}/u),
      en: expect.stringMatching(/^[\x20-\x7e]+$/),
    });
    await expectNothing(hall);
    const [proof] = await hall.rows('select entry from yimen.audit');
    expect(proof?.['entry']).toMatchObject({ action: 'file.refused', actor: 'li', outcome: 'refused', detail: { code } });
  });
});

describe('taken', () => {
  it.each([
    ['a PDF that opens on its second page', pdf('<</OpenAction[2 0 R/Fit]>>'), { name: '报告.v2.PDF' }, 'application/pdf'],
    ['a picture', png(4_000, 3_000), { name: 'photo.png', type: 'image/png' }, 'image/png'],
    ['a photograph', jpeg(4_000, 3_000), { type: 'application/octet-stream' }, 'image/jpeg'],
    ['an OFD', ofd({ name: 'Doc_0/Document.xml', bytes: Buffer.alloc(100_000, 'a') }), { name: '电子证照.ofd' }, 'application/ofd'],
  ])('%s', async (_, bytes, declared, type) => {
    const { files } = await opened(testFolder);
    expect((await files.put(piecesOf(bytes), declared, LI)).type).toBe(type);
  });
});
