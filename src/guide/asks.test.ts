import { describe, expect, it } from 'vitest';
import { type Catalogue, loadCatalogue } from '../catalogue/index.ts';
import { type Applicant, asksOf } from './index.ts';

/** What ships, its forms left away: what they ask agencies is told in form/. */
const catalogue: Catalogue = {
  ...loadCatalogue(new URL('../../catalogue', import.meta.url).pathname),
  form: () => ({ item: '*', required: [], optional: [] }),
};
const USCC = '91321071990000017N';
const [ONE, OTHER] = ['321012198812139970', '11010519491231002X'];
const RECORDS = ['registration', 'tax', 'socialInsurance', 'credit', 'permits'].map((name) => `Enterprise.${name}`);

function asked(themeId: string, applicant: Partial<Applicant>): (readonly [string, string])[] {
  const theme = catalogue.theme(themeId) ?? expect.fail(`no theme ${themeId}`);
  const asks = asksOf({ theme, answers: new Map(), applicant: { people: [], ...applicant }, startOn: '2026-03-09' }, catalogue);
  return asks.map(({ section, key }) => [section, key]);
}

describe('what a guide asks agencies', () => {
  it('is nothing where nobody was named', () => {
    expect(asked('construction-project', {})).toEqual([]);
  });

  it('is what can stand in an enterprise’s way, and its papers', () => {
    const asks = asked('construction-project', { uscc: USCC });
    expect(new Set(asks.map(([section]) => section))).toEqual(new Set([...RECORDS, 'Enterprise.certificates']));
    expect(new Set(asks.map(([, key]) => key))).toEqual(new Set([USCC]));
  });

  it('is not the papers of somebody whose papers no item wants', () => {
    const people = [{ holder: 'spouse', idNumber: ONE } as const];
    expect(asked('open-company', { people })).toEqual([]);
    expect(asked('newborn', { people })).toEqual([['Person.certificates', ONE]]);
  });

  it('is asked once of a person who takes several parts', () => {
    const people = (['legal-representative', 'agent', 'finance-officer'] as const).map((holder) => ({ holder, idNumber: ONE }));
    expect(asked('open-company', { people: [...people, { holder: 'employee', idNumber: OTHER }] })).toEqual([
      ['Person.certificates', ONE],
      ['Person.certificates', OTHER],
    ]);
  });
});
