import { describe, expect, it } from 'vitest';
import type { Look } from './looks.ts';
import { Noted } from './noted.ts';

const paths = (section: string, ...names: readonly string[]): Pick<Look, 'section' | 'paths'> => ({
  section,
  paths: names.map((name) => `${section}.${name}`),
});
const look = (of: Pick<Look, 'section' | 'paths'>, agency?: string): Look => ({ ...of, rule: 'OPEN', subject: undefined, agency });

const tax = look(paths('Enterprise.tax', 'grade', 'arrears'), 'tax');
const credit = look(paths('Enterprise.credit', 'list'), 'market');

function noted(...looks: readonly Look[]): Noted {
  const note = new Noted(undefined);
  for (const each of looks) note.letIn(each);
  return note;
}

describe('what a request has seen of one subject', () => {
  it('is every field and agency once, in the order in which they came', () => {
    const again = look({ section: 'Enterprise.tax', paths: ['Enterprise.tax.grade', 'Enterprise.tax.period'] }, 'tax');
    expect(noted(tax, credit, again).seenDetail()).toEqual({
      fields: ['Enterprise.tax.grade', 'Enterprise.tax.arrears', 'Enterprise.credit.list', 'Enterprise.tax.period'],
      agencies: ['tax', 'market'],
    });
  });

  it('is the same object for the same looks, and another for others', () => {
    const first = noted(tax, credit).seenDetail();
    expect(noted(tax, credit).seenDetail()).toBe(first);
    expect(noted(tax).seenDetail()).toEqual({ fields: tax.paths, agencies: ['tax'] });
    expect(noted(tax, { ...credit, agency: 'other' }).seenDetail()).toMatchObject({ agencies: ['tax', 'other'] });
    expect(noted(credit, tax).seenDetail()).toMatchObject({ agencies: ['market', 'tax'] });
    expect(noted(tax, credit).seenDetail()).toEqual(first);
  });

  it('leaves out what no agency answered, and says so, for itself alone', () => {
    const note = noted(tax, credit);
    note.miss(tax);
    expect(note.seenDetail()).toEqual({ fields: credit.paths, agencies: ['tax', 'market'], missed: ['Enterprise.tax'] });
    expect(noted(tax, credit).seenDetail()).toMatchObject({ fields: [...tax.paths, ...credit.paths] });
  });

  it('is nothing where no field was shown, and keeps refusals apart', () => {
    const note = noted(look({ section: 'Enterprise.tax', paths: [] }, 'tax'));
    expect(note.seenDetail()).toBeUndefined();
    note.refuse(credit);
    note.refuse(credit);
    expect(note.refusedDetail()).toEqual({ refused: credit.paths });
  });
});
