/** A file on its way to an agency's desk, and the document that comes back. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCalendar } from '../src/calendar/index.ts';
import { type Cases, openCases, QUEUES } from '../src/cases/index.ts';
import { loadCatalogue } from '../src/catalogue/index.ts';
import { movableClock } from '../src/clock/index.ts';
import { type Application, connector, createEngine, type DeskResult, type Tidings } from '../src/connect/index.ts';
import { type Files, folderPlace, openFiles } from '../src/files/index.ts';
import { openStore, type Store, Vault } from '../src/store/index.ts';

const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
const SCRIPTED = Buffer.from('%PDF-1.4\n<</S/JavaScript/JS(1)>>\n%%EOF\n');
const CLERK = { actor: 'wang', role: 'clerk' };
const APPLICANT = { uscc: '91321071990000017N', idNumber: null, nameZh: '扬州示例精密机械有限公司', phone: null, people: [] };

const folder = mkdtempSync(join(tmpdir(), 'yimen-desk-'));
const clock = movableClock();
const log = { info() {}, warn() {}, error() {}, debug() {} };
/** What the agency was handed, and what it will say. */
const agency: { readonly got: { application: Application; bytes: Buffer }[]; readonly says: Tidings[] } = { got: [], says: [] };
const city = connector({
  id: 'city',
  agency: 'market-regulation',
  settings: z.object({}),
  open: () => ({
    fields: {},
    desk: {
      items: ['gov-feasibility'],
      traits: { idempotent: true, callsBack: true },
      async submit(application) {
        const bytes = (await application.materials.find(({ id }) => id === 'project-report')?.file?.read()) ?? Buffer.alloc(0);
        agency.got.push({ application, bytes });
        return { reference: `R-${agency.got.length}` };
      },
      callback: async () => ({ tidings: agency.says.splice(0), reply: { status: 200, type: 'text/plain', body: 'ok' } }),
    },
  }),
});

let store: Store;
let files: Files;
let cases: Cases;
beforeAll(async () => {
  store = await openStore({ clock, log, queues: Object.values(QUEUES) });
  const key = randomBytes(32);
  const vault = new Vault(key);
  files = openFiles({ store, clock, key, vault, folder, place: folderPlace(folder), reserve: 0 });
  const engine = createEngine({ connectors: [{ connector: city, settings: {} }], clock, log });
  const catalogue = loadCatalogue(resolve(import.meta.dirname, '../catalogue'));
  cases = await openCases({ store, files, catalogue, calendar: createCalendar(), engine, clock, vault, log });
});
afterAll(async () => {
  await cases?.close();
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function* once(bytes: Buffer) {
  yield bytes;
}

async function handedIn(): Promise<string> {
  const opened = await cases.open({ items: ['gov-feasibility'], applicant: APPLICANT, channel: 'WINDOW' }, CLERK);
  const number = opened.kind === 'done' ? opened.number : '';
  const { id } = await files.put(once(PDF), { name: '可研报告.pdf' }, CLERK);
  await cases.attach({ number, material: 'project-report', file: id }, CLERK);
  for (const material of ['org-certificate', 'agent-id', 'site-opinion'])
    await cases.attach({ number, material, certificateNumber: '示例-1' }, CLERK);
  const before = agency.got.length;
  expect(await cases.submit({ number, idempotencyKey: number }, CLERK, () => [])).toEqual({ kind: 'done', number });
  await expect.poll(async () => (await cases.views.case(number))?.items[0]?.row.phase, { timeout: 20_000 }).toBe('RECEIVED');
  expect(agency.got.length).toBe(before + 1);
  return number;
}

const told = (result: DeskResult, id: string): Tidings => {
  const key = agency.got.at(-1)?.application.key ?? '';
  return { kind: 'granted', result, id, at: new Date(clock.now()), key, reference: null };
};

const call = (tidings: Tidings) => {
  agency.says.push(tidings);
  return cases.callback('city', { method: 'POST', path: '/callbacks/city', headers: {}, body: Buffer.alloc(0) });
};

const resultOf = async (number: string) => (await cases.views.case(number))?.items[0];

describe('a desk', () => {
  it('is handed the file with its name, type and digest, and reads its bytes', async () => {
    await handedIn();
    const { application, bytes } = agency.got.at(-1) ?? { application: undefined, bytes: Buffer.alloc(0) };
    const sha256 = createHash('sha256').update(PDF).digest('hex');
    const byId = new Map(application?.materials.map((material) => [material.id, material.file]));
    expect(byId.get('project-report')).toMatchObject({ name: '可研报告.pdf', type: 'application/pdf', sha256 });
    expect(byId.get('agent-id')).toBeNull();
    expect(bytes.equals(PDF)).toBe(true);
  });

  it('sends the document with the decision: kept with its digest and check code, once however often it is told', async () => {
    const number = await handedIn();
    const document = { type: 'application/pdf', bytes: Buffer.concat([PDF, Buffer.from('%EOF\n')]) };
    const verification = { method: '校验码', value: 'A1B2-C3D4' };
    const tidings = told({ number: '批复2号', nameZh: '批复', validTo: null, document, verification }, 'granted-1');
    await call(tidings);
    await call(tidings);
    const result = (await resultOf(number))?.result;
    const sha256 = createHash('sha256').update(document.bytes).digest('hex');
    expect(result).toMatchObject({ number: '批复2号', document: { type: 'application/pdf', sha256 }, verification });
    const kept = await files.find(result?.document?.id ?? '');
    expect(kept).toMatchObject({ uploadedBy: 'city', caseId: (await cases.views.case(number))?.row.id });
    expect((await buffer(files.read(kept ?? { sha256: '', size: 0 }))).equals(document.bytes)).toBe(true);
    const rows = (await store.db.execute(`select id from yimen.files where uploaded_by = 'city'`)) as unknown as { rows: object[] };
    expect(rows.rows.length).toBe(1);
  });

  it('whose document may not be kept still decides; a row says that it came', async () => {
    const number = await handedIn();
    const document = { type: 'application/pdf', bytes: SCRIPTED };
    await call(told({ number: '批复3号', nameZh: '批复', validTo: null, document }, 'granted-2'));
    const item = await resultOf(number);
    expect([item?.row.phase, item?.result?.number, item?.result?.document]).toEqual(['GRANTED', '批复3号', null]);
    const { rows } = (await store.db.execute(
      `select entry from yimen.audit where action = 'case.document-refused' and entry->>'case' = '${number}'`,
    )) as unknown as { rows: { entry: object }[] };
    expect(rows).toMatchObject([{ entry: { detail: { code: 'FILE_ACTIVE_CONTENT' } } }]);
  });

  it('that decides before its receipt was written down: the document waits, sealed, with what it told', async () => {
    const number = await handedIn();
    const document = { type: 'application/pdf', bytes: PDF };
    const tidings = {
      ...told({ number: '批复4号', nameZh: '批复', validTo: null, document }, 'granted-3'),
      key: null,
      reference: `R-${agency.got.length + 1}`,
    };
    await call(tidings);
    expect((await resultOf(number))?.row.phase).toBe('RECEIVED');
    const opened = await cases.open({ items: ['gov-feasibility'], applicant: APPLICANT, channel: 'WINDOW' }, CLERK);
    const next = opened.kind === 'done' ? opened.number : '';
    for (const material of ['project-report', 'org-certificate', 'agent-id', 'site-opinion'])
      await cases.attach({ number: next, material, certificateNumber: '示例-1' }, CLERK);
    await cases.submit({ number: next, idempotencyKey: next }, CLERK, () => []);
    await expect.poll(async () => (await resultOf(next))?.result?.document?.size, { timeout: 20_000 }).toBe(PDF.length);
  });
});
