/** What would go wrong for an applicant when the city turns rows away: its refusal stays in the table. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Application } from '../../src/connect/index.ts';
import { DatabaseHost, type SandboxTools, testLine } from '../../src/kit/index.ts';
import connector from './connector.ts';
import sandbox from './sandbox.ts';

const ITEM = 'energy-review-large';
const MINUTE_MS = 60_000;
const PATIENCE_MS = 8_000;

const databases = new DatabaseHost(1_000);
const asking = () => ({
  caller: { role: 'officer' as const, actor: 'test' },
  traceId: 'test',
  signal: AbortSignal.timeout(PATIENCE_MS),
});

const application = (): Application => ({
  key: randomUUID(),
  caseNumber: '1132107100009000XY4000131001000202611250001',
  item: { code: '11321000000091002P3000104901000', slug: ITEM, nameZh: '固定资产投资项目节能审查' },
  applicant: { uscc: '91321071990000017N', idNumber: null, nameZh: '示例𠮷䶮有限公司', phone: null },
  form: {},
  materials: [],
  submittedAt: new Date(),
});

/** The city with a switch: what it answers to whatever is handed in. */
function cityThatSays() {
  const says: { code: string | undefined } = { code: undefined };
  const open = (tools: SandboxTools) => {
    const city = sandbox.open(tools);
    return {
      answer: (request: Parameters<typeof city.answer>[0]) =>
        says.code !== undefined && request.service.startsWith('SXSB') ? { code: says.code, payload: '' } : city.answer(request),
    };
  };
  return { says, spec: { ...sandbox, open } };
}

it.each([
  ['3001', 'MAINTENANCE'],
  ['3002', 'THROTTLED'],
  ['1002', 'CREDENTIALS'],
])('an application that the city turned away with %s is taken once it works again', async (code, fault) => {
  const { says, spec } = cityThatSays();
  await using line = await testLine(connector, spec, undefined, undefined, databases);
  const { counter, files } = line.desk(ITEM);
  const it = application();
  says.code = code;
  const refused = await counter.submit(it, asking());
  expect(refused).toMatchObject({ kind: 'failed', mayHaveArrived: false, error: { fault } });
  says.code = undefined;
  line.clock.set(6 * MINUTE_MS);
  const taken = await counter.submit(it, asking());
  expect(taken).toMatchObject({ kind: 'done' });
  expect(await counter.submit(it, asking())).toEqual(taken);
  expect(files()).toHaveLength(1);
});

it('what the city refuses for what it says stays refused', async () => {
  const { says, spec } = cityThatSays();
  await using line = await testLine(connector, spec, undefined, undefined, databases);
  const { counter, files } = line.desk(ITEM);
  const it = application();
  says.code = '2001';
  const refused = { kind: 'failed', mayHaveArrived: false, error: { fault: 'REFUSED' } };
  expect(await counter.submit(it, asking())).toMatchObject(refused);
  says.code = undefined;
  line.clock.set(6 * MINUTE_MS);
  expect(await counter.submit(it, asking())).toMatchObject(refused);
  expect(files()).toHaveLength(0);
});
