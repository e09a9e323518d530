/** What is wrong with a filled form, in words for who filled it in. They hold names and limits of the form, never what was written. */
import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Sentence } from '../types.ts';
import type { Place } from './place.ts';

/** The sentence for one error of the validator. */
export const sentenceOf = (error: ErrorObject, place: Place): Sentence => about(place, (FAULTS[error.keyword] ?? wrong)(error));

/** Of a value that the form does not ask for: now, if it knows it under a condition, or at all. */
export const foreignFault = (place: Place, isKnown: boolean): Sentence =>
  about(
    place,
    isKnown
      ? { zh: '按当前填写情况无需填写，请删除', en: 'is not asked for as the form stands: leave it out' }
      : { zh: '含有表单之外的内容，请删除', en: 'holds something that is not asked for: leave it out' },
  );

/** Of a text with a character that cannot be kept. */
export const unwritableFault = (place: Place): Sentence =>
  about(place, { zh: '含有无法保存的控制字符，请重新输入', en: 'holds a control character that cannot be kept: type it again' });

const about = ({ label }: Place, what: Sentence): Sentence => ({ zh: `“${label.zh}”${what.zh}。`, en: `“${label.en}” ${what.en}.` });

type Fault = (error: ErrorObject) => Sentence;

const wrong: Fault = () => ({ zh: '填写有误，请核对', en: 'is not right: check it' });

/** A fault with the limit that the form sets. */
const limited =
  (zh: (limit: string) => string, en: (limit: string) => string): Fault =>
  ({ params }) => ({ zh: zh(String(params['limit'])), en: en(String(params['limit'])) });

const TYPES: Readonly<Record<string, Sentence>> = {
  string: { zh: '应为文字', en: 'must be text' },
  number: { zh: '应为数字', en: 'must be a number' },
  integer: { zh: '应为整数', en: 'must be a whole number' },
  boolean: { zh: '应选择“是”或“否”', en: 'must be yes or no' },
  array: { zh: '应为列表', en: 'must be a list' },
  object: { zh: '应为一组填写项', en: 'must be a set of entries' },
};

const FORMATS: Readonly<Record<string, Sentence>> = {
  date: { zh: '日期（YYYY-MM-DD）', en: 'date (YYYY-MM-DD)' },
  email: { zh: '电子邮箱', en: 'e-mail address' },
  'citizen-id': { zh: '公民身份号码', en: 'citizen identity number' },
  uscc: { zh: '统一社会信用代码', en: 'unified social credit code' },
};

function notOfFormat(formats: readonly unknown[]): Sentence {
  const names = formats.map((format) => FORMATS[String(format)]).filter((name) => name !== undefined);
  const joined = { zh: names.map(({ zh }) => zh).join('或'), en: names.map(({ en }) => en).join(' or ') };
  return { zh: `不是有效的${joined.zh}`, en: `is not a valid ${joined.en}` };
}

const choose: Fault = () => ({ zh: '请从所列选项中选择', en: 'must be one of the choices' });
const SETTLED: Sentence = { zh: '与已确定的选择不一致，请回到该处修改', en: 'differs from what was settled before: change it there' };
const ONLY: ReadonlyMap<unknown, Sentence> = new Map([
  [true, { zh: '须为“是”', en: 'must be yes' }],
  [false, { zh: '须为“否”', en: 'must be no' }],
]);

const FAULTS: Readonly<Record<string, Fault>> = {
  required: () => ({ zh: '必须填写', en: 'must be filled in' }),
  type: (error) => TYPES[String(error.params['type'])] ?? wrong(error),
  enum: choose,
  oneOf: choose,
  const: ({ schema }) => ONLY.get(schema) ?? SETTLED,
  format: ({ params }) => notOfFormat([params['format']]),
  anyOf: (error) => eitherFormat(error.schema) ?? wrong(error),
  pattern: () => ({ zh: '格式不符合要求，请核对', en: 'is not written as it should be: check it' }),
  minLength: limited(
    (n) => `至少填写 ${n} 个字符`,
    (n) => `needs at least ${n} characters`,
  ),
  maxLength: limited(
    (n) => `最多填写 ${n} 个字符`,
    (n) => `may have at most ${n} characters`,
  ),
  minimum: limited(
    (n) => `不得小于 ${n}`,
    (n) => `must be ${n} or more`,
  ),
  maximum: limited(
    (n) => `不得大于 ${n}`,
    (n) => `must be ${n} or less`,
  ),
  exclusiveMinimum: limited(
    (n) => `须大于 ${n}`,
    (n) => `must be more than ${n}`,
  ),
  exclusiveMaximum: limited(
    (n) => `须小于 ${n}`,
    (n) => `must be less than ${n}`,
  ),
  minItems: limited(
    (n) => `至少填写 ${n} 项`,
    (n) => `needs at least ${n} entries`,
  ),
  maxItems: limited(
    (n) => `最多填写 ${n} 项`,
    (n) => `may have at most ${n} entries`,
  ),
  uniqueItems: () => ({ zh: '不得有重复项', en: 'may not hold the same entry twice' }),
};

function eitherFormat(branches: unknown): Sentence | undefined {
  if (!Array.isArray(branches)) return undefined;
  const formats = branches.map((branch: { readonly format?: unknown }) => branch.format);
  return formats.every((format) => String(format) in FORMATS) ? notOfFormat(formats) : undefined;
}
