import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { decodeJson } from '../../src/connect/index.ts';
import {
  type CallbackMessage,
  type Office,
  type OfficeEvent,
  type OfficeFile,
  type SandboxReply,
  type SandboxRequest,
  type SandboxTools,
  sandbox,
} from '../../src/kit/index.ts';

const SENDER = 'yimen-sandbox-hall';
const SECRET = 'ems-sandbox-secret';
const WINDOW_MS = 300_000;
const JSON_HEADERS = { 'content-type': 'application/json' };

const Order = z.object({
  logisticsOrderNo: z.string().min(1),
  receiver: z.object({ name: z.string().min(1), mobile: z.string().min(1), address: z.string().min(1) }),
  cargo: z.string().min(1),
});
const Named = z.object({ logisticsOrderNo: z.string() });

/** What a parcel's step is called. An office's acceptance is the collection, its grant the signature, its refusal the return. */
const CODES: Readonly<Partial<Record<OfficeEvent['kind'], string>>> = {
  accepted: '203',
  'special-started': '391',
  granted: '704',
  refused: '708',
};
const WORDS: Readonly<Partial<Record<OfficeEvent['kind'], string>>> = { granted: '本人签收', refused: '收件人拒收，已退回' };

/** The courier. Under the habit `refuse` parcels come back. */
export default sandbox({
  id: 'ems',
  settings: (url) => ({ url, senderNo: SENDER, secret: { sandbox: SECRET } }),
  samples: {},
  open(tools) {
    const office = tools.office({ idempotent: true, message: (file, event) => push(file, event, tools) });
    return {
      handle(request) {
        if (request.fault === 'expired' || !isSigned(request, tools)) return reply(request, 401, { success: false });
        const { status, body } = answered(request, office);
        return reply(request, status, body);
      },
    };
  },
});

/** HMAC-SM3 over sender, time, method, path and SM3 of the body, one per line. */
function isSigned({ headers, method, path, body }: SandboxRequest, { clock }: SandboxTools): boolean {
  const { 'x-ems-sender': sender = '', 'x-ems-time': time = '', 'x-ems-sign': sign = '' } = headers;
  const digest = createHash('sm3').update(body).digest('hex');
  const expected = createHmac('sm3', SECRET).update(`${sender}\n${time}\n${method}\n${path}\n${digest}`).digest();
  const given = Buffer.from(sign, 'hex');
  if (sender !== SENDER || !(Math.abs(clock.now() - Number(time)) <= WINDOW_MS)) return false;
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const reply = (request: SandboxRequest, status: number, body: object): SandboxReply => ({
  status,
  headers: JSON_HEADERS,
  body: request.encode(JSON.stringify(body)),
});

function answered({ path, body }: SandboxRequest, office: Office): { readonly status: number; readonly body: object } {
  if (path === '/orders') {
    const order = Order.safeParse(read(body));
    if (!order.success) return { status: 422, body: { success: false } };
    const { logisticsOrderNo, cargo } = order.data;
    return { status: 200, body: { waybillNo: office.receive({ key: logisticsOrderNo, item: 'parcel', nameZh: cargo }).reference } };
  }
  const named = Named.safeParse(read(body));
  const file = path === '/orders/traces' && named.success ? office.find({ key: named.data.logisticsOrderNo }) : undefined;
  return file
    ? { status: 200, body: { waybillNo: file.reference, traces: office.eventsOf(file).flatMap(trace) } }
    : { status: 404, body: { success: false } };
}

const trace = ({ id, kind, at }: OfficeEvent) => {
  const opCode = CODES[kind];
  return opCode ? [{ traceNo: id, opCode, opTime: new Date(at).toISOString(), opDesc: WORDS[kind] ?? null }] : [];
};

function push(file: OfficeFile, event: OfficeEvent, { clock }: SandboxTools): CallbackMessage | undefined {
  const [found] = trace(event);
  if (!found) return undefined;
  const body = JSON.stringify({ logisticsOrderNo: file.key, waybillNo: file.reference, trace: found });
  const time = String(clock.now());
  const digest = createHash('sm3').update(body).digest('hex');
  const sign = createHmac('sm3', SECRET).update(`${SENDER}\n${time}\n${digest}`).digest('hex');
  return { headers: { ...JSON_HEADERS, 'x-ems-time': time, 'x-ems-sign': sign }, body };
}

function read(body: Buffer): unknown {
  try {
    return decodeJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
