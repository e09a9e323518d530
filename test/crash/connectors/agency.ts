/** Three agencies that differ only in what they can do; the protocol is one: JSON, call-backs signed with HMAC-SHA256. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { CallbackRefused, type Connector, connector, type Desk, secret, type Tidings } from '../../../src/connect/index.ts';
import { type HttpSandboxSpec, type Office, type OfficeEvent, type OfficeFile, sandbox } from '../../../src/kit/index.ts';

/** What an agency can do. */
export interface Abilities {
  readonly id: string;
  readonly items: readonly string[];
  /** The same key is the same application. */
  readonly idempotent: boolean;
  /** It answers what became of a key. */
  readonly canBeAsked: boolean;
  /** Its call-backs name the hall's key; else its own reference only. */
  readonly tellsKeys: boolean;
}

const SECRET = 'crash-test-secret';
const Event = z.object({
  id: z.string(),
  kind: z.enum(['accepted', 'granted']),
  at: z.number(),
  result: z.object({ number: z.string(), nameZh: z.string() }).optional(),
});
const Receipt = z.object({ reference: z.string() });
const Standing = z.object({ reference: z.string(), events: z.array(Event) });
const Told = z.object({ key: z.string().nullable(), reference: z.string(), event: Event });

const signatureOf = (body: Buffer | string): Buffer => createHmac('sha256', SECRET).update(body).digest();

export function agencyConnector({ id, items, idempotent, canBeAsked }: Abilities): Connector {
  return connector({
    id,
    agency: id,
    settings: z.object({ url: z.url(), secret: secret() }),
    policy: { timeout: '3s', concurrency: 16 },
    open({ settings, http }) {
      const agency = http.json({ url: settings.url });
      const desk: Desk = {
        items,
        traits: { idempotent, callsBack: true },
        async submit({ key, item, caseNumber, applicant, form }, call) {
          return agency.request({ path: '/applications', body: { key, item: item.slug, caseNumber, applicant, form } }, Receipt, call);
        },
        async callback({ headers, body }) {
          const given = Buffer.from(headers['x-signature'] ?? '', 'hex');
          const expected = signatureOf(body);
          if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new CallbackRefused('not signed');
          const { key, reference, event } = Told.parse(JSON.parse(body.toString('utf8')));
          return { tidings: [tidingsOf(event, key, reference)], reply: { status: 200, type: 'application/json', body: '{}' } };
        },
        ...(canBeAsked && {
          async inquire({ key }, call) {
            const found = await agency.find({ path: `/applications/${key}` }, Standing, call);
            return found && { reference: found.reference, tidings: found.events.map((each) => tidingsOf(each, key, found.reference)) };
          },
        }),
      };
      return { fields: {}, desk };
    },
  }) as Connector;
}

function tidingsOf({ id, kind, at, result }: z.infer<typeof Event>, key: string | null, reference: string): Tidings {
  const common = { id, at: new Date(at), key, reference };
  if (kind === 'accepted') return { ...common, kind };
  return { ...common, kind, result: { number: result?.number ?? null, nameZh: result?.nameZh ?? '批复', validTo: null, document: null } };
}

export function agencySandbox({ id, idempotent, tellsKeys }: Abilities): HttpSandboxSpec {
  return sandbox<HttpSandboxSpec>({
    id,
    settings: (url) => ({ url, secret: { sandbox: SECRET } }),
    samples: {},
    open({ office }) {
      const desk = office({
        idempotent,
        message(file: OfficeFile, event: OfficeEvent) {
          const body = JSON.stringify({ key: tellsKeys ? file.key : null, reference: file.reference, event });
          return { headers: { 'content-type': 'application/json', 'x-signature': signatureOf(body).toString('hex') }, body };
        },
      });
      return {
        handle({ method, path, body }) {
          if (method === 'POST') return taken(desk, JSON.parse(body.toString('utf8')));
          return asked(desk, path.split('/').at(-1) ?? '');
        },
      };
    },
  });
}

const json = (content: unknown) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) });

/** The case stands in the book as the paper's name: who counts there counts by case, whatever the key was. */
function taken(desk: Office, { key, item, caseNumber }: { key: string; item: string; caseNumber: string }) {
  return json({ reference: desk.receive({ key, item, nameZh: caseNumber }).reference });
}

function asked(desk: Office, key: string) {
  const file = desk.find({ key });
  return file ? json({ reference: file.reference, events: desk.eventsOf(file) }) : { status: 404, body: 'no such application' };
}
