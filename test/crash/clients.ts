/** Front-ends that hand in cases and ask again, with the same key, until they are answered. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { ITEMS } from './catalogue.ts';
import type { CrashHall } from './hall.ts';

const PATIENCE_MS = 3_000;
/** A front-end waits this long before it asks again. */
const AGAIN_MS = 40;

/** Personal data made up for the test: whoever finds one of these texts where it should not be has found a leak. */
export const CANARIES = {
  nameZh: '金丝雀虚构公司甲乙丙',
  phone: '13977770123',
  contact: '金丝雀联系人丁戊',
  contactPhone: '13977770456',
  uscc: '91321071990000017N',
} as const;

/** What the clients were told, to be held against what is there. */
export interface Ledger {
  /** Numbers that were answered to each key; one, if all is well. */
  readonly numbers: Map<string, Set<string>>;
  /** Keys whose submission was answered. */
  readonly acknowledged: Set<string>;
  /** How often a key came again: after an answer that was lost, or out of haste. */
  repeats: number;
  /** Answers that told the client to ask again. */
  readonly troubles: Map<string, number>;
  /** Told of every answer, and of none that came. */
  heard?(reply: Heard | undefined): void;
}

/** An answer as a client hears it. */
export interface Heard {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

export const newLedger = (): Ledger => ({ numbers: new Map(), acknowledged: new Set(), repeats: 0, troubles: new Map() });

// biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape its query gave it
type Data = any;

/** Asks a gateway; undefined where there was no answer, or one that says to ask again. */
export async function ask(hall: CrashHall, query: string, input?: object, ledger?: Ledger): Promise<Data | undefined> {
  const place = hall.places[Math.floor(Math.random() * hall.places.length)];
  try {
    const reply = await request(`${place?.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await hall.token()}` },
      body: JSON.stringify({ query, variables: { input } }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await reply.body.text();
    ledger?.heard?.({ status: reply.statusCode, retryAfter: reply.headers['retry-after']?.toString(), text });
    const { data, errors } = JSON.parse(text) as {
      data?: Data;
      errors?: { extensions?: { code?: string; retryable?: boolean } }[];
    };
    if (!errors) return data;
    const { code = 'none', retryable } = errors[0]?.extensions ?? {};
    note(ledger, `${code}${retryable ? ', retryable' : ''}`);
  } catch {
    ledger?.heard?.(undefined);
    note(ledger, 'no answer');
  }
  return undefined;
}

function note(ledger: Ledger | undefined, trouble: string): void {
  ledger?.troubles.set(trouble, (ledger.troubles.get(trouble) ?? 0) + 1);
}

/** Asks until there is an answer. */
async function asked(hall: CrashHall, query: string, input: object, ledger: Ledger): Promise<Data> {
  for (;;) {
    const data = await ask(hall, query, input, ledger);
    if (data) return data;
    await delay(AGAIN_MS);
  }
}

const mutation = (name: string): string =>
  `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { case { number } problems { code path } } }`;

/** Hands in one case of all items, sometimes hastily: the same key twice at once, or once more after the answer. */
export async function handIn(hall: CrashHall, ledger: Ledger): Promise<void> {
  const { nameZh, phone, uscc, contact, contactPhone } = CANARIES;
  const tell = async (name: string, input: object): Promise<string> => {
    const { case: found, problems } = (await asked(hall, mutation(name), input, ledger))[name];
    if (!found) throw new Error(`${name}: ${JSON.stringify(problems)}`);
    return found.number;
  };
  const number = await tell('openCase', { items: ITEMS, applicant: { uscc, nameZh, phone } });
  await tell('saveForm', { number, form: { 'contact-name': contact, 'contact-phone': contactPhone } });
  const idempotencyKey = `${randomUUID()}-${randomBytes(4).toString('hex')}`;
  const submit = async () => {
    const answered = await tell('submitCase', { number, idempotencyKey });
    if (ledger.acknowledged.has(idempotencyKey)) ledger.repeats++;
    ledger.acknowledged.add(idempotencyKey);
    ledger.numbers.set(idempotencyKey, new Set([...(ledger.numbers.get(idempotencyKey) ?? []), answered]));
  };
  await Promise.all(Math.random() < 0.2 ? [submit(), submit()] : [submit()]);
  if (Math.random() < 0.2) await submit();
}

/** Clients that hand in one case after the other while they may. */
export interface Clients {
  /** Lets so many more cases begin. */
  allow(cases: number): void;
  /** Resolves when everything that was begun is answered. */
  finished(): Promise<void>;
}

export function startClients(hall: CrashHall, ledger: Ledger): Clients {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  return {
    allow(cases) {
      for (let i = 0; i < cases; i++) {
        const one = handIn(hall, ledger)
          .catch((cause: unknown) => void failures.push(cause))
          .finally(() => running.delete(one));
        running.add(one);
      }
    },
    async finished() {
      await Promise.all(running);
      if (failures.length > 0) throw failures[0];
    },
  };
}
