import { describe, expect, it } from 'vitest';
import type { FormField } from '../../catalogue/index.ts';
import { masked } from '../../codes/index.ts';
import { completeForm } from '../index.ts';
import type { FormLine, OneForm } from '../types.ts';

const A = '321012198812139970';
const B = '321003198908159996';
/** Shows the same first and last characters as {@link A}. */
const LIKE_A = '321071199001039970';

const field = (id: string, more: Partial<FormField> = {}): FormField => ({
  id,
  section: 'people',
  labelZh: id,
  labelEn: id,
  schema: { type: 'string' },
  madeBy: [],
  ...more,
});
const line = (id: string, more: Partial<FormLine> = {}, of: Partial<FormField> = {}): FormLine => ({
  field: field(id, of),
  required: true,
  askedBy: [],
  shownWhen: [],
  value: undefined,
  saidBy: null,
  correctable: true,
  uncheckedCode: null,
  ...more,
});
const formOf = (...lines: FormLine[]): OneForm => ({
  parts: [{ section: { id: 'people', nameZh: '人员', nameEn: 'People' }, lines }],
  schema: {},
});

describe('completing a form', () => {
  it('puts in what was carried, and takes what was written instead where that may be corrected', () => {
    const form = formOf(line('name', { value: '张示文', correctable: false }), line('address', { value: '甲路1号' }), line('phone'));
    expect(completeForm(form, { phone: '1' })).toEqual({ name: '张示文', address: '甲路1号', phone: '1' });
    expect(completeForm(form, { name: '王示例', address: '乙路2号' })).toEqual({ name: '张示文', address: '乙路2号' });
  });

  it('clears with null what may be cleared', () => {
    const form = formOf(line('name', { value: '张示文', correctable: false }), line('address', { value: '甲路1号' }), line('phone'));
    expect(completeForm(form, { name: null, address: null, phone: null })).toEqual({ name: '张示文' });
  });

  it('leaves out what is not shown, and keeps what is no line for the check to refuse', () => {
    const form = formOf(
      line('married'),
      line('spouse', { shownWhen: [{ field: 'married', equals: true }], value: '李示例' }),
      line('since', { shownWhen: [{ field: 'married', equals: true }] }),
    );
    expect(completeForm(form, { married: false, since: '2020' })).toEqual({ married: false });
    expect(completeForm(form, { married: true, other: 1 })).toEqual({ married: true, spouse: '李示例', other: 1 });
  });

  it('follows a condition to a value that was carried, not to one that was written over it', () => {
    const form = formOf(
      line('married', { value: true, correctable: false }),
      line('spouse', { shownWhen: [{ field: 'married', equals: true }], value: '李示例' }),
    );
    expect(completeForm(form, { married: false })).toEqual({ married: true, spouse: '李示例' });
  });

  const rows = (value: unknown) => formOf(line('owners', { value }, { mask: 'ID_NUMBER' }));

  it('puts the numbers behind their masks when a masked form comes back, in whatever order', () => {
    const owners = [
      { name: '张示文', number: A },
      { name: '周示武', number: B },
    ];
    const shown = masked(owners, 'ID_NUMBER') as object[];
    expect(JSON.stringify(shown)).not.toContain(A);
    expect(completeForm(rows(owners), { owners: [shown[1], { name: '新股东', number: 'x' }, shown[0]] })).toEqual({
      owners: [owners[1], { name: '新股东', number: 'x' }, owners[0]],
    });
  });

  it('does not guess which of two numbers a mask stands for', () => {
    const owners = [{ number: A }, { number: LIKE_A }];
    const shown = masked(owners, 'ID_NUMBER');
    expect(completeForm(rows(owners), { owners: shown })).toEqual({ owners: shown });
  });

  it('takes nothing from the prototype for a value', () => {
    expect(completeForm(formOf(line('constructor'), line('toString')), {})).toEqual({});
  });
});
