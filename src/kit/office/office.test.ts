import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { movableClock } from '../../clock/index.ts';
import { HABITS, type Habit, type OfficeEvent, openOffice } from '../index.ts';

const HOUR = 3_600_000;
const APPLICATION = { key: 'k1', item: 'company-establish', nameZh: '营业执照' };

function office(habit: Habit, more: Partial<Parameters<typeof openOffice>[0]> = {}) {
  const clock = movableClock();
  const told: string[] = [];
  const opened = openOffice({
    id: 'toy',
    clock,
    idempotent: true,
    daysOf: () => 1,
    habit: () => habit,
    tell: async (_file, event) => told.push(event.kind) > 0,
    ...more,
  });
  return { clock, told, opened, kinds: () => opened.files.flatMap((file) => opened.eventsOf(file).map(({ kind }: OfficeEvent) => kind)) };
}

describe('a sandbox office', () => {
  it('takes the same key once where it keeps keys, and counts a doubled one where it does not', () => {
    const keeping = office('grant');
    expect(keeping.opened.receive(APPLICATION)).toEqual({ reference: expect.any(String), repeated: false });
    expect(keeping.opened.receive(APPLICATION).repeated).toBe(true);
    const careless = office('grant', { idempotent: false });
    careless.opened.receive(APPLICATION);
    careless.opened.receive(APPLICATION);
    expect(careless.opened.files.map(({ taken }) => taken)).toEqual([1, 2]);
    for (const { opened } of [keeping, careless]) opened.close();
  });

  it('works through the time of the sandbox and calls back', async () => {
    const it = office('grant');
    it.opened.receive(APPLICATION);
    expect(it.kinds()).toEqual([]);
    it.clock.set(2 * HOUR);
    expect(it.kinds()).toEqual(['accepted']);
    it.clock.set(30 * HOUR);
    await expect.poll(() => it.told).toEqual(['accepted', 'granted']);
    it.opened.close();
  });

  it('waits for what it asked to be mended', () => {
    const it = office('correct');
    const { reference } = it.opened.receive(APPLICATION);
    it.clock.set(100 * HOUR);
    expect(it.kinds()).toEqual(['correction']);
    it.opened.supplement(reference, 1);
    it.clock.set(200 * HOUR);
    expect(it.kinds()).toEqual(['correction', 'corrected', 'accepted', 'granted']);
    it.opened.close();
  });

  it.each(HABITS)('%s: what it says is kept over a restart', (habit) => {
    const folder = mkdtempSync(join(tmpdir(), 'office-'));
    const file = join(folder, 'toy.jsonl');
    const before = office(habit, { file });
    const { reference } = before.opened.receive(APPLICATION);
    before.clock.set(100 * HOUR);
    const said = before.kinds();
    before.opened.close();
    const after = office('refuse', { file, clock: before.clock });
    expect(after.opened.find({ key: 'k1' })?.reference).toBe(reference);
    expect(after.kinds()).toEqual(said);
    after.opened.close();
    rmSync(folder, { recursive: true });
  });
});
