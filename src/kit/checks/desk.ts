/** What every desk must do: hand in once, hear everything the agency says, and believe nobody else. */
import { randomUUID } from 'node:crypto';
import type { Application, CallbackRequest, Counter, Tidings } from '../../connect/index.ts';
import { HABITS, type Habit } from '../office/habits.ts';
import type { OfficeEvent } from '../office/office.ts';
import type { DeskLine } from '../test-line.ts';
import { must } from './asking.ts';

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 8_000;
/** Longer than any office takes, whatever its habit. */
const LONG_MS = 120 * HOUR_MS;

/** Text that a system with a small charset would mangle. */
const NAME = '示例𠮷䶮（扬州）有限公司';
const PERSON = '321012198812139970';

const applicationFor = (slug: string): Application => ({
  key: randomUUID(),
  caseNumber: '1132107100009000XY4000131001000202611250001',
  item: { code: '1132107100009000XY4000131001000', slug, nameZh: '示例事项设立登记' },
  applicant: { uscc: null, idNumber: PERSON, nameZh: NAME, phone: '13800000000' },
  form: { 'contact-name': NAME, 'declared-true': true },
  materials: [
    { id: 'agent-id', nameZh: '经办人身份证件', file: null, number: '示例-1', follows: false },
    {
      id: 'articles',
      nameZh: '章程',
      file: { name: '章程.pdf', type: 'application/pdf', sha256: '0'.repeat(64), read: async () => Buffer.from('%PDF-1.7 示例') },
      number: null,
      follows: true,
    },
  ],
  submittedAt: new Date(),
});

const asking = () => ({
  caller: { role: 'officer' as const, actor: 'test' },
  traceId: 'test',
  signal: AbortSignal.timeout(PATIENCE_MS),
});

async function handedIn({ counter, item }: DeskLine): Promise<{ readonly application: Application; readonly reference: string }> {
  const application = applicationFor(item);
  const handed = await counter.submit(application, asking());
  must(
    handed.kind === 'done',
    `the desk should hand an application in, got ${handed.kind === 'failed' ? JSON.stringify(handed.error.private) : ''}`,
  );
  return { application, reference: handed.value.reference };
}

/** Sent again, the same key is the same application, or the desk says that its agency does not know keys. */
export async function sendsOnce(line: DeskLine): Promise<void> {
  const { application, reference } = await handedIn(line);
  if (!line.counter.traits.idempotent) return;
  const again = await line.counter.submit(application, asking());
  must(
    again.kind === 'done' && again.value.reference === reference,
    'the same key should give the first receipt again: traits.idempotent says so',
  );
  must(line.files().length === 1, 'the same key should never become a second application');
}

/** A reply that was lost may have arrived; whoever can ask finds it. */
export async function lostReply(line: DeskLine): Promise<void> {
  const application = applicationFor(line.item);
  // What comes before the first message, a token for example, is not what is lost.
  if (line.counter.can.inquire) await line.counter.inquire(named(application), asking());
  line.agency.flaky.set({ reset: 0, unavailable: 0, lost: 1 });
  const lost = await line.counter.submit(application, asking());
  must(lost.kind === 'failed' && lost.mayHaveArrived, 'a submission whose reply was lost should say that it may have arrived');
  line.agency.flaky.set(undefined);
  must(!JSON.stringify(lost.error.private).includes(PERSON), 'an error should not hold an identity number');
  if (!line.counter.can.inquire) return;
  const asked = await line.counter.inquire(named(application), asking());
  must(asked.kind === 'done' && asked.value !== null, 'an application whose reply was lost should be found by asking');
}

/** What nobody handed in is not there. */
export async function knowsNothing({ counter, item }: DeskLine): Promise<void> {
  const asked = await counter.inquire(named(applicationFor(item)), asking());
  must(asked.kind === 'done' && asked.value === null, 'an application that was never handed in should be null');
}

const named = ({ key, item }: Application) => ({ key, reference: null, item });

/** A refused submission has not arrived, a dead agency may have it. */
export async function underTrouble(line: DeskLine): Promise<void> {
  line.agency.faults.set('expired');
  const refused = await line.counter.submit(applicationFor(line.item), asking());
  must(refused.kind === 'failed' && !refused.mayHaveArrived, 'a submission that the agency refused for its credentials has not arrived');
  line.agency.faults.set('none');
  must(line.files().length === 0, 'a refused submission should leave nothing at the agency');
}

/** What the agency's own book says happened is what the desk hears, asked or told. */
export async function hears(line: DeskLine, habit: Habit): Promise<void> {
  line.agency.habits.set(habit);
  const { application } = await handedIn(line);
  line.clock.set(LONG_MS);
  if (habit === 'correct') await corrected(line, application);
  const [file] = line.files();
  must(file !== undefined, 'the sandbox should keep the application in its office');
  const happened = file.events;
  if (line.counter.can.inquire) sameTidings(await askedTidings(line.counter, application), happened, application.key, 'asked for');
  if (line.counter.traits.callsBack && habit !== 'silent') sameTidings(await line.told(happened.length), happened, application.key, 'told');
}

/** Mends what was asked for, twice the same, as a job does that comes again. */
async function corrected(line: DeskLine, application: Application): Promise<void> {
  const [file] = line.files();
  const what = { number: 1, form: { 'contact-name': NAME }, materials: application.materials };
  const it = { ...named(application), reference: file?.reference ?? null };
  for (let i = 0; i < 2; i++) {
    const handed = await line.counter.supplement(it, what, asking());
    must(
      handed.kind === 'done',
      `a supplement should be handed in, also the same again: ${handed.kind === 'failed' ? JSON.stringify(handed.error.private) : ''}`,
    );
  }
  line.clock.set(2 * LONG_MS);
}

async function askedTidings(counter: Counter, application: Application): Promise<readonly Tidings[]> {
  const asked = await counter.inquire(named(application), asking());
  must(asked.kind === 'done' && asked.value !== null, 'the desk should say what became of an application');
  return asked.value.tidings;
}

function sameTidings(heard: readonly Tidings[], happened: readonly OfficeEvent[], key: string, how: string): void {
  const spoken = (each: { readonly id: string; readonly kind: string }): string => `${each.kind} ${each.id}`;
  const expected = happened.map(spoken).sort().join(', ');
  const got = [...new Set(heard.map(spoken))].sort().join(', ');
  must(got === expected, `what was ${how} should be ${expected}, got ${got}`);
  must(
    heard.every((each) => each.key === key || each.key === null),
    'tidings should name the application by our key',
  );
  must(
    heard.every(({ at }) => !Number.isNaN(at.getTime())),
    'tidings should say when it happened',
  );
  const correction = heard.find((each) => each.kind === 'correction');
  must(correction?.kind !== 'correction' || correction.points.length > 0, 'a correction should say what must be mended');
}

export async function takesBack(line: DeskLine): Promise<void> {
  const { application, reference } = await handedIn(line);
  const done = await line.counter.withdraw({ ...named(application), reference }, '申请人撤回', asking());
  must(done.kind === 'done', 'an application should be withdrawn');
  must(line.files()[0]?.events.at(-1)?.kind === 'withdrawn', 'a withdrawal should reach the agency');
}

/** T3, B76: whoever is not the agency is not heard. */
export async function refusesForgeries(line: DeskLine): Promise<void> {
  await handedIn(line);
  line.clock.set(2 * HOUR_MS);
  await line.told(1);
  const [genuine] = line.callbacks;
  must(genuine !== undefined, 'the sandbox should have called back');
  must(await line.isHeard(genuine), 'a genuine call-back should be heard, also a second time');
  const forgeries = forged(genuine);
  must(forgeries.length >= 12, 'twelve forgeries should be tried');
  for (const [what, request] of forgeries) must(!(await line.isHeard(request)), `a call-back with ${what} should be refused`);
  line.clock.set(3 * HOUR_MS);
  must(!(await line.isHeard(genuine)), 'a call-back that is an hour old should be refused');
}

type Forgery = readonly [what: string, request: CallbackRequest];

function forged(genuine: CallbackRequest): readonly Forgery[] {
  const { headers, body } = genuine;
  const signing = Object.keys(headers).filter((name) => name.startsWith('x-'));
  const withHeader = (name: string, text: string): CallbackRequest => ({ ...genuine, headers: { ...headers, [name]: text } });
  const withBody = (changed: Buffer): CallbackRequest => ({ ...genuine, body: changed });
  const flipped = Buffer.from(body);
  flipped.writeUInt8(flipped.readUInt8(body.length >> 1) ^ 1, body.length >> 1);
  return [
    ...signing.flatMap((name): Forgery[] => [
      [`an empty ${name}`, withHeader(name, '')],
      [`${name} "NaN"`, withHeader(name, 'NaN')],
      [
        `another ${name}`,
        withHeader(
          name,
          (headers[name] ?? '').replace(/[0-9a-f]/i, (one) => (one === '0' ? '1' : '0')),
        ),
      ],
      [`a shorter ${name}`, withHeader(name, (headers[name] ?? '').slice(0, -2))],
      [`no ${name}`, { ...genuine, headers: Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name)) }],
    ]),
    ['no header of the agency', { ...genuine, headers: {} }],
    ['a changed body', withBody(flipped)],
    ['a shorter body', withBody(body.subarray(0, -1))],
    ['a longer body', withBody(Buffer.concat([body, Buffer.from(' ')]))],
    ['no body', withBody(Buffer.alloc(0))],
  ];
}

export const HABITS_TO_HEAR = HABITS.filter((habit) => habit !== 'mixed');
