/**
 * T10, T11 and I7: what a hall is told of people lies nowhere in clear and is told nobody else. Invented people go every path
 * through a built gateway, its Redis and its database; then everything that it left behind is looked through.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noPostgres } from '../src/store/testing.ts';
import { ensureBuilt } from './built.ts';
import { Canaries, type Canary } from './canary/canaries.ts';
import { finderOf, formsOf } from './canary/finder.ts';
import { type CanaryHall, type Heard, openCanaryHall } from './canary/hall.ts';
import { inDump, inFolder, inRedis, type Place } from './canary/places.ts';
import { READING } from './canary/reading.ts';
import { WRITING } from './canary/writing.ts';
import { noServer } from './own-redis.ts';

const noDump = spawnSync('pg_dump', ['--version']).error ? 'there is no pg_dump command' : undefined;
const missing = noServer ?? noPostgres ?? noDump;
if (noDump) console.warn(`skipped: canaries through every path, because ${noDump}`);

/**
 * Where words that people write into reasons stand as they wrote them, and why. Everything else that is personal is sealed,
 * and identity numbers are masked in these, too.
 */
const WORDS_IN_CLEAR: Readonly<Record<string, string>> = {
  'dump: yimen.case_facts.detail': 'what must be mended, and why something was refused: facts, whose digests stand in the proof',
  'dump: yimen.case_events.why': 'the same reason, for whoever follows the case',
  'dump: yimen.audit.entry': 'the reason of a decision, or of a look at a number, is what is to be proved',
  'dump: yimen_jobs.job.data': 'the reason of a withdrawal on its way to the agency',
  'backup/tables/yimen.case_facts.ndjson.gz': 'as in the database',
  'backup/tables/yimen.case_events.ndjson.gz': 'as in the database',
  'backup/tables/yimen.audit.ndjson.gz': 'as in the database',
  'evidence.json': 'holds the facts of a case and not its applicant',
};

const told = (name: string, { path, what }: Canary, form: string): string => `${name}: ${what} of "${path}", ${form}`;

it('whatever form it was written in, a canary is found', () => {
  const canaries = new Canaries();
  canaries.person('somewhere');
  const find = finderOf(canaries.all);
  for (const canary of canaries.all)
    for (const [form, pattern] of formsOf(canary.text)) {
      const noise = Buffer.concat([randomBytes(999), pattern, randomBytes(99)]);
      expect(
        find(noise).map((found) => found.canary.what),
        form,
      ).toContain(canary.what);
    }
  for (const shift of [0, 1, 2, 3])
    expect(find(Buffer.from(Buffer.from(`${'x'.repeat(shift)}${canaries.all[0]?.text}yz`).toString('base64')))).toHaveLength(1);
  expect(find(randomBytes(1_000_000))).toEqual([]);
});

describe.skipIf(missing !== undefined)('T10, T11: canaries that went every path', () => {
  const canaries = new Canaries();
  const walks = [...READING, ...WRITING].map((path) => path(canaries));
  const find = finderOf(canaries.all);
  let hall: CanaryHall;

  beforeAll(ensureBuilt, 300_000);
  afterAll(() => hall?.[Symbol.asyncDispose]());

  it('went: rightful eyes saw them, all others were refused', { timeout: 120_000 }, async () => {
    hall = await openCanaryHall(canaries);
    for (const walk of walks) await walk(hall);
    await hall.yimen('backup', join(hall.folder, 'backup'));
    await hall.send('metrics', '/metrics', { headers: await hall.signed({ role: 'auditor' }, 'GET', '/metrics') });
  });

  /** What was found, but for words where words may stand. */
  const foundIn = (places: readonly Place[]): readonly string[] =>
    places.flatMap(({ name, bytes }) =>
      find(bytes).flatMap(({ canary, form }) => (canary.what === 'words' && WORDS_IN_CLEAR[name] ? [] : [told(name, canary, form)])),
    );

  it('lie in no log, span, file or backup', () => {
    const places = inFolder(hall.folder);
    const all = new Map(places.map(({ name, bytes }) => [name, bytes.toString('latin1')]));
    expect(all.get('gateway-1.log')).toContain('agency call failed');
    expect(all.get('spans.log')).toContain('public-security Person.identity');
    expect(places.some(({ name }) => name.startsWith('killed/files/spool/'))).toBe(true);
    expect(foundIn(places)).toEqual([]);
  });

  it('lie in no key, value or command of Redis', async () => {
    const places = await inRedis(hall);
    expect(places.map(({ bytes }) => bytes.length > 1_000)).toEqual([true, true]);
    expect(foundIn(places)).toEqual([]);
  });

  it('lie in no column of the database, and words in those only that are listed', async () => {
    const places = await inDump(hall.database);
    expect(places.find(({ name }) => name === 'dump: yimen.cases.sealed')?.bytes.length).toBeGreaterThan(1_000);
    expect(foundIn(places)).toEqual([]);
    const holding = [...places, ...inFolder(hall.folder)].filter(({ bytes }) => find(bytes).some(({ canary }) => canary.what === 'words'));
    expect(holding.map(({ name }) => name).sort()).toEqual(Object.keys(WORDS_IN_CLEAR).sort());
  });

  it('are told nobody who has no right to them', () => {
    const mayHear = ({ path, may }: Heard, canary: Canary) =>
      canary.path === path && (may === 'clear' || (may === 'masked' && canary.what !== 'idNumber'));
    const heard = hall.heard.flatMap((each) =>
      find(Buffer.from(each.text)).flatMap(({ canary, form }) =>
        mayHear(each, canary) ? [] : [`${told(`answer of "${each.path}"`, canary, form)}\n${each.text}`],
      ),
    );
    expect(heard).toEqual([]);
    expect(hall.heard.filter(({ may }) => may !== 'nothing').some(({ text }) => find(Buffer.from(text)).length > 0)).toBe(true);
  });
});
