/**
 * Invented people and enterprises, one for every path through the gateway, with values that occur nowhere else: whoever finds
 * one of them where it should not be knows by which path it came.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { citizenIdFault } from '../../src/codes/index.ts';
import { fictionalUscc, SHIPPED_SUBJECTS } from '../../src/kit/index.ts';

/** One text to look for. */
export interface Canary {
  /** The path that it went. */
  readonly path: string;
  readonly what: 'idNumber' | 'nameZh' | 'phone' | 'address' | 'account' | 'words';
  readonly text: string;
}

export interface CanaryPerson {
  readonly idNumber: string;
  readonly nameZh: string;
  readonly phone: string;
  readonly address: string;
}

export interface CanaryEnterprise {
  readonly uscc: string;
  /** What is not public of it: its seal and its account at the social security office. */
  readonly seal: string;
  readonly account: string;
}

/** Every one is in GBK, and no two of them stand together in anybody's name. */
const RARE = [...'爨麤鱻鬻鼐饕餮魑魅魍魉貔貅麒麟夔饔餍'];
/** Before this the shipped subjects end. */
const FIRST = 701;

/** Plants canaries, and keeps a list of all. */
export class Canaries {
  readonly #all: Canary[] = [];
  readonly #persons: object[] = [];
  readonly #enterprises: object[] = [];

  get all(): readonly Canary[] {
    return this.#all;
  }

  /** A person whom the agencies know. */
  person(path: string): CanaryPerson {
    const n = FIRST + this.#persons.length;
    const person = { idNumber: idNumberOf(n), nameZh: nameOf(n), phone: `1${7_090_517_000 + n * 13}`, address: `金丝雀巷${n * 7}弄${n}号` };
    const account = `SSCANARY${n * 1_009}`;
    this.#all.push({ path, what: 'account', text: account });
    for (const what of ['idNumber', 'nameZh', 'phone', 'address'] as const) this.#all.push({ path, what, text: person[what] });
    this.#persons.push(personRecord(n, person, account));
    return person;
  }

  enterprise(path: string): CanaryEnterprise {
    const n = FIRST + this.#enterprises.length;
    const enterprise = { uscc: fictionalUscc(`canary ${n}`), seal: `98${n}0770${n}11`, account: `99${n}0550${n}` };
    for (const what of ['seal', 'account'] as const) this.#all.push({ path, what: 'account', text: enterprise[what] });
    this.#enterprises.push(enterpriseRecord(n, enterprise));
    return enterprise;
  }

  /** Persons who come with the sandbox and are nobody's canaries, one after the other. */
  *others(): Generator<{ readonly idNumber: string }, never> {
    for (;;) yield* shipped('subjects.json')['persons'] as { idNumber: string }[];
  }

  /** Words that somebody writes. */
  words(path: string): string {
    const text = `金丝雀写道${this.#all.length * 7_919 + 1_000_003}句`;
    this.#all.push({ path, what: 'words', text });
    return text;
  }

  /** A number that looks like an identity number and is none. */
  wrongNumber(path: string): string {
    const right = idNumberOf(FIRST + 100 + this.#all.length);
    const text = `${right.slice(0, 17)}${(Number(right.slice(17)) + 1) % 10}`;
    this.#all.push({ path, what: 'idNumber', text });
    return text;
  }

  /** Writes the subjects of the sandbox, the planted ones among them, to a folder. */
  write(folder: string): void {
    mkdirSync(folder);
    const subjects = shipped('subjects.json');
    subjects['persons'] = [...(subjects['persons'] as object[]), ...this.#persons];
    subjects['enterprises'] = [...(subjects['enterprises'] as object[]), ...this.#enterprises];
    writeFileSync(join(folder, 'subjects.json'), JSON.stringify(subjects));
    writeFileSync(join(folder, 'credit.json'), JSON.stringify(shipped('credit.json')));
  }
}

const shipped = (name: string): Record<string, unknown> => JSON.parse(readFileSync(join(SHIPPED_SUBJECTS, name), 'utf8'));

/** Born on a day of 1971, with a check digit that is a digit. */
function idNumberOf(n: number): string {
  const day = new Date(Date.UTC(1971, 0, 1 + (n % 365))).toISOString().slice(0, 10).replaceAll('-', '');
  for (let order = 100 + (n % 800); ; order++) {
    const found = [...'0123456789'].map((check) => `321012${day}${order}${check}`).find((text) => citizenIdFault(text) === undefined);
    if (found) return found;
  }
}

function nameOf(n: number): string {
  const [first, second] = [RARE[n % RARE.length], RARE[Math.floor(n / RARE.length) % RARE.length]];
  return `禤${first}${second}`;
}

function personRecord(n: number, { idNumber, nameZh, address }: CanaryPerson, account: string): object {
  const id = `P${n}`;
  const birthDate = `${idNumber.slice(6, 10)}-${idNumber.slice(10, 12)}-${idNumber.slice(12, 14)}`;
  const paper = { issuer: 'public-security', issuedOn: '2019-07-11', validTo: '2039-03-08', status: 'valid' };
  return {
    id,
    nameZh,
    nameEn: `Canary ${n}`,
    idNumber,
    gender: 'female',
    birthDate,
    household: { householdId: `HC${n}`, head: id, relation: '户主', registeredAt: 'town-yangzijin', division: '321012', address },
    certificates: [
      { ...paper, type: 'id-card', number: idNumber },
      { ...paper, type: 'household-register', number: `HC${n}` },
    ],
    insurance: {
      socialSecurityNumber: account,
      pension: { type: 'employee', status: 'paying', months: 12 },
      medical: { type: 'employee', status: 'paying' },
      maternity: 'none',
      workUnit: null,
    },
  };
}

function enterpriseRecord(n: number, { uscc, seal, account }: CanaryEnterprise): object {
  const [model] = shipped('subjects.json')['enterprises'] as { sections: Record<string, object> }[];
  const sections = model?.sections ?? {};
  return {
    ...model,
    id: `E${n}`,
    uscc,
    nameZh: `扬州示例飞鸟${n}有限公司`,
    sections: {
      ...sections,
      tax: { ...sections['tax'], taxpayerNumber: uscc },
      socialInsurance: { ...sections['socialInsurance'], account },
      publicSecurity: { seals: [{ typeZh: '法定名称章', typeEn: 'Company seal', number: seal, filedOn: '2009-11-11', status: 'in-use' }] },
      provincial: {},
    },
  };
}
