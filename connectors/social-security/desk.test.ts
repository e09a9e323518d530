/** What would go wrong for an applicant at social security: handed in mangled, twice, or given up although it arrived. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Application } from '../../src/connect/index.ts';
import { type SandboxTools, testLine } from '../../src/kit/index.ts';
import connector from './connector.ts';
import sandbox from './sandbox.ts';

const ITEM = 'si-registration';
const PATIENCE_MS = 8_000;
const LONG_MS = 10 * 86_400_000;
const PERSON = '321012198812139970';
const NAME = '示例𠮷䶮（扬州）有限公司 & 鿫=1+1%';

const asking = () => ({
  caller: { role: 'officer' as const, actor: 'test' },
  traceId: 'test',
  signal: AbortSignal.timeout(PATIENCE_MS),
});

const application = (): Application => ({
  key: randomUUID(),
  caseNumber: '1132107100009000XY4002014001000202611250001',
  item: { code: '1132107100009000XY4002014001000', slug: ITEM, nameZh: '单位社会保险登记' },
  applicant: { uscc: '91321071990000017N', idNumber: PERSON, nameZh: NAME, phone: null },
  form: { 'contact-name': NAME, 'declared-true': true, 'insured-count': 12 },
  materials: [
    { id: 'agent-id', nameZh: '经办人身份证件', file: null, number: '示例-1', follows: false },
    {
      id: 'application-form',
      nameZh: '申请表',
      file: { name: '表.pdf', type: 'application/pdf', sha256: '0'.repeat(64), read: async () => Buffer.from([0, 255, 128, 10]) },
      number: null,
      follows: true,
    },
  ],
  submittedAt: new Date(),
});

/** The agency with a switch and an eye: what it says to whatever is handed in, and what it was sent. */
function agency() {
  const seen: Record<string, string>[] = [];
  const says: { code: string | undefined } = { code: undefined };
  const open = (tools: SandboxTools) => {
    const hrss = sandbox.open(tools);
    return {
      handle(request: Parameters<typeof hrss.handle>[0]) {
        seen.push(Object.fromEntries(new URLSearchParams(request.body.toString())));
        if (says.code === undefined) return hrss.handle(request);
        const headers = { 'content-type': 'application/json;charset=UTF-8' };
        return { headers, body: JSON.stringify({ code: says.code, message: PERSON, data: null }) };
      },
    };
  };
  return { seen, says, spec: { ...sandbox, open } };
}

const named = ({ key, item }: Application) => ({ key, reference: null, item });

describe('the desk of social security', () => {
  it('hands in every word, number and byte as the applicant gave it', async () => {
    const { seen, spec } = agency();
    await using line = await testLine(connector, spec);
    const it = application();
    expect(await line.desk(ITEM).counter.submit(it, asking())).toMatchObject({ kind: 'done' });
    const [sent] = seen;
    expect(sent).toMatchObject({ wblsh: it.key, sqrmc: NAME, tyshxydm: '91321071990000017N', aac147: PERSON, lxdh: '' });
    expect(JSON.parse(sent?.['bdsj'] ?? '')).toEqual(it.form);
    expect(JSON.parse(sent?.['clqd'] ?? '')).toEqual([
      { cldm: 'agent-id', clmc: '经办人身份证件', zzhm: '示例-1', hb: false, wj: null },
      { cldm: 'application-form', clmc: '申请表', zzhm: null, hb: true, wj: { lx: 'application/pdf', nr: 'AP+ACg==' } },
    ]);
  });

  it.each([
    ['9006', 'REFUSED', false],
    ['9003', 'THROTTLED', false],
    ['9001', 'CREDENTIALS', false],
    ['9008', 'MAINTENANCE', false],
    // The same message came before this one: that one may have been taken.
    ['9005', 'UNAVAILABLE', true],
    ['9999', 'UNAVAILABLE', true],
    ['1004', 'PROTOCOL', true],
  ])('a submission answered with %s is %s', async (code, fault, mayHaveArrived) => {
    const { says, spec } = agency();
    await using line = await testLine(connector, spec);
    says.code = code;
    const handed = await line.desk(ITEM).counter.submit(application(), asking());
    expect(handed).toMatchObject({ kind: 'failed', error: { fault }, mayHaveArrived });
    expect(JSON.stringify(handed) + line.logLines.join()).not.toContain(PERSON);
  });

  it('finds an application whose reply was lost, so that it is never sent a second time', async () => {
    await using line = await testLine(connector, sandbox);
    const { counter, files } = line.desk(ITEM);
    const it = application();
    line.agency.flaky.set({ reset: 0, unavailable: 0, lost: 1 });
    expect(await counter.submit(it, asking())).toMatchObject({ kind: 'failed', mayHaveArrived: true });
    line.agency.flaky.set(undefined);
    const [file] = files();
    expect(await counter.inquire(named(it), asking())).toMatchObject({ kind: 'done', value: { reference: file?.reference, tidings: [] } });
    expect(files()).toHaveLength(1);
  });

  it('says of what the agency does not know, or has decided, that it is refused', async () => {
    await using line = await testLine(connector, sandbox);
    const { counter } = line.desk(ITEM);
    const refused = { kind: 'failed', error: { fault: 'REFUSED' }, mayHaveArrived: false };
    const it = application();
    const mended = { number: 1, form: {}, materials: [] };
    expect(await counter.supplement(named(it), mended, asking())).toMatchObject(refused);
    expect(await counter.withdraw(named(it), '不办了', asking())).toMatchObject(refused);
    await counter.submit(it, asking());
    line.clock.set(LONG_MS);
    expect(await counter.withdraw(named(it), '不办了', asking())).toMatchObject(refused);
  });
});
