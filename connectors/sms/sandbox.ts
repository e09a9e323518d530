import { createHmac, timingSafeEqual } from 'node:crypto';
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

const KEY = 'sms-sandbox-key';
const PUSH_SECRET = 'sms-sandbox-push-secret';
/** Texts arrive within seconds, not hours. */
const PACE = 1 / 3_600;
const JSON_HEADERS = { 'content-type': 'application/json' };

const Message = z.object({ clientMsgId: z.string().min(1), phone: z.string().regex(/^1\d{10}$/), content: z.string().min(1).max(1_000) });
const Named = z.object({ clientMsgId: z.string() });

/** The message gateway. Under the habit `refuse` a phone is switched off. */
export default sandbox({
  id: 'sms',
  settings: (url) => ({ url, key: { sandbox: KEY }, pushSecret: { sandbox: PUSH_SECRET }, signature: '示例政务服务大厅' }),
  samples: {},
  open(tools) {
    const office = tools.office({ idempotent: true, daysOf: () => 0, pace: PACE, message: (file, event) => push(file, event, tools) });
    return {
      handle(request) {
        if (request.fault === 'expired' || !isHall(request)) return reply(request, 401, { error: 'unauthorized' });
        const { status, body } = answered(request, office);
        return reply(request, status, body);
      },
    };
  },
});

function isHall({ headers }: SandboxRequest): boolean {
  const given = Buffer.from(headers['x-api-key'] ?? '');
  return given.length === KEY.length && timingSafeEqual(given, Buffer.from(KEY));
}

const reply = (request: SandboxRequest, status: number, body: object): SandboxReply => ({
  status,
  headers: JSON_HEADERS,
  body: request.encode(JSON.stringify(body)),
});

function answered({ path, body }: SandboxRequest, office: Office): { readonly status: number; readonly body: object } {
  if (path === '/messages') {
    const message = Message.safeParse(read(body));
    if (!message.success) return { status: 422, body: { error: 'invalid message' } };
    const { clientMsgId, content } = message.data;
    return { status: 200, body: { msgId: office.receive({ key: clientMsgId, item: 'text', nameZh: content }).reference } };
  }
  const named = Named.safeParse(read(body));
  const file = path === '/messages/status' && named.success ? office.find({ key: named.data.clientMsgId }) : undefined;
  return file
    ? { status: 200, body: { msgId: file.reference, reports: office.eventsOf(file).flatMap(report) } }
    : { status: 404, body: { error: 'no such message' } };
}

/** Only the end is reported. */
const report = ({ id, kind, at }: OfficeEvent) =>
  kind === 'granted' || kind === 'refused'
    ? [{ reportId: id, stat: kind === 'granted' ? 'DELIVRD' : 'UNDELIV', time: at, desc: kind === 'granted' ? null : '用户关机' }]
    : [];

/** Gateways push reports of their own network too; those of no end are an empty push. */
function push(file: OfficeFile, event: OfficeEvent, { clock }: SandboxTools): CallbackMessage | undefined {
  const [found] = report(event);
  if (!found) return undefined;
  const body = JSON.stringify({ clientMsgId: file.key, report: found });
  const time = String(clock.now());
  const sign = createHmac('sha256', PUSH_SECRET).update(`${time}.${body}`).digest('hex');
  return { headers: { ...JSON_HEADERS, 'x-sms-time': time, 'x-sms-sign': sign }, body };
}

function read(body: Buffer): unknown {
  try {
    return decodeJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
