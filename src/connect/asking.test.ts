import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { given, headersOf, pathTo, queryOf, wholeNumber } from './asking.ts';
import type { Call } from './types.ts';

const call = { connector: 'c', agency: 'a' } as Call;
const refused = expect.objectContaining({ fault: 'REFUSED' });

describe('a path', () => {
  it('stays within its template, whatever the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        let path: string;
        try {
          path = pathTo('/units/{id}/owners', { id }, call);
        } catch {
          return;
        }
        const url = new URL('http://agency/api');
        url.pathname = `/api${path}`;
        expect(url.pathname.split('/')).toHaveLength(5);
        expect(decodeURIComponent(url.pathname.split('/')[3] ?? '')).toBe(id);
        expect(url.search).toBe('');
      }),
    );
  });

  it('refuses a value that would lead elsewhere', () => {
    for (const id of ['', '.', '..', '\ud800', null, undefined]) expect(() => pathTo('/units/{id}', { id }, call)).toThrow(refused);
  });
});

describe('what is given', () => {
  it('is sent; what is not, is not', () => {
    expect(given({ a: 0, b: '', c: false, d: null, e: undefined })).toEqual({ a: 0, b: '', c: false });
    expect(queryOf({ a: 1, list: ['x', 'y'], none: null })).toEqual({ a: '1', list: ['x', 'y'] });
  });

  it('headers hold no line breaks and no other scripts', () => {
    expect(headersOf({ 'x-a': 'ok', 'x-b': null }, call)).toEqual({ 'x-a': 'ok' });
    for (const value of ['a\r\nx-evil: 1', '中']) expect(() => headersOf({ 'x-a': value }, call)).toThrow(refused);
  });

  it('a whole number that would lose digits is refused', () => {
    expect(wholeNumber('-42', call)).toBe(-42);
    for (const text of ['9007199254740993', '1e3', '1.0', '', 'x']) expect(() => wholeNumber(text, call)).toThrow(refused);
  });
});
