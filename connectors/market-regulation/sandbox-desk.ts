import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { decodeJson } from '../../src/connect/index.ts';
import {
  fictionalUscc,
  type Office,
  type OfficeEvent,
  type OfficeFile,
  type SandboxReply,
  type SandboxRequest,
  type SandboxTools,
} from '../../src/kit/index.ts';

export const CALLBACK_SECRET = 'market-regulation-sandbox-callback-secret';
const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const STATES: Readonly<Record<OfficeEvent['kind'], string>> = {
  accepted: '10',
  'not-accepted': '11',
  correction: '20',
  corrected: '21',
  'special-started': '30',
  'special-ended': '31',
  granted: '40',
  refused: '41',
  withdrawn: '50',
};
/** Items that bring an enterprise into being, by their names. */
const ESTABLISHES = /设立/;

const Application = z.object({
  outerNo: z.string().min(1),
  itemCode: z.string().min(1),
  itemName: z.string().min(1),
  applicant: z.object({ name: z.string().min(1) }),
  materials: z.array(z.object({ code: z.string(), name: z.string() })),
});
const Named = z.object({ outerNo: z.string() });
const Supplement = Named.extend({ serial: z.int().positive() });

/** The registry's reception: takes applications, works on them, and calls back. */
export function openReception(tools: SandboxTools) {
  const office = tools.office({ idempotent: true, message: (file, event) => callback(file, event, tools) });
  return (request: SandboxRequest): SandboxReply | undefined => {
    if (!request.path.startsWith('/applications')) return undefined;
    const answer = answered(`${request.method} ${request.path}`, read(request.body), office);
    return { status: answer.status, headers: JSON_HEADERS, body: request.encode(JSON.stringify(answer.body)) };
  };
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const refused = (status: number): Answer => ({ status, body: { error: 'invalid_request', message: '申请不符合要求' } });

function answered(route: string, body: unknown, office: Office): Answer {
  if (route === 'POST /applications') return receive(body, office);
  const named = Named.safeParse(body);
  const file = named.success ? office.find({ key: named.data.outerNo }) : undefined;
  if (!file) return refused(named.success ? 404 : 400);
  if (route === 'POST /applications/query')
    return { status: 200, body: { acceptNo: file.reference, notices: office.eventsOf(file).map((event) => notice(file, event)) } };
  if (route === 'POST /applications/withdraw') return office.withdraw(file.reference) ? { status: 200, body: {} } : refused(409);
  const supplement = Supplement.safeParse(body);
  if (route !== 'POST /applications/supplement' || !supplement.success) return refused(400);
  office.supplement(file.reference, supplement.data.serial);
  return { status: 200, body: {} };
}

function receive(body: unknown, office: Office): Answer {
  const application = Application.safeParse(body);
  if (!application.success) return refused(422);
  const { outerNo, itemCode, itemName } = application.data;
  const { reference } = office.receive({ key: outerNo, item: itemCode, nameZh: itemName });
  return { status: 200, body: { acceptNo: reference } };
}

const notice = (file: OfficeFile, { id, kind, at, reason, points = [], result }: OfficeEvent) => ({
  eventNo: id,
  state: STATES[kind],
  time: new Date(at).toISOString(),
  reason: reason ?? null,
  points: points.map(({ material, field, what }) => ({ materialCode: material, fieldCode: field, content: what })),
  result: result
    ? {
        docNo: result.number,
        docName: ESTABLISHES.test(file.nameZh) ? '营业执照' : file.nameZh,
        validTo: null,
        uniscid: ESTABLISHES.test(file.nameZh) ? fictionalUscc(file.reference) : null,
      }
    : null,
});

function callback(file: OfficeFile, event: OfficeEvent, { clock }: SandboxTools) {
  const body = JSON.stringify({ outerNo: file.key, acceptNo: file.reference, notice: notice(file, event) });
  const time = String(clock.now());
  const digest = createHash('sha256').update(body).digest('hex');
  const code = createHmac('sha256', CALLBACK_SECRET).update(`${time}\n${digest}`).digest('base64');
  return { headers: { 'content-type': 'application/json', 'x-mr-time': time, 'x-mr-code': code }, body };
}

function read(body: Buffer): unknown {
  try {
    return decodeJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
