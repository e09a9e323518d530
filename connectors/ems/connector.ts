import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  CallbackRefused,
  type CallbackRequest,
  type Clock,
  type Courier,
  connector,
  decodeJson,
  hmacSm3,
  type JsonClient,
  mustBeCoded,
  mustBeTimely,
  type Report,
  type ReportKind,
  type Secret,
  secret,
} from '../../src/connect/index.ts';
import { OrderReply, Push, type Trace, TracesReply } from './wire.ts';

const KINDS: Readonly<Record<Trace['opCode'], ReportKind>> = { 203: 'collected', 391: 'in-transit', 704: 'delivered', 708: 'failed' };

/** The postal courier: one order per 物流订单号, which is our key, traced by pushes and by asking. */
export default connector({
  id: 'ems',
  agency: 'postal-courier',
  settings: z.strictObject({ url: z.url(), senderNo: z.string().min(1), secret: secret() }),
  policy: { timeout: '5s', concurrency: 4 },
  open({ settings, http, clock }) {
    const { url, senderNo, secret } = settings;
    const headers = { appId: 'x-ems-sender', time: 'x-ems-time', signature: 'x-ems-sign' };
    const post = http.json({ url, sign: hmacSm3({ appId: senderNo, secret, headers }) });
    return { fields: {}, courier: courierOver(post, { senderNo, secret, clock }) };
  },
});

interface CourierTools {
  readonly senderNo: string;
  readonly secret: Secret;
  readonly clock: Clock;
}

const courierOver = (post: JsonClient, tools: CourierTools): Courier => ({
  traits: { idempotent: true, callsBack: true },
  async send({ key, to, contents }, call) {
    const receiver = { name: to.nameZh, mobile: to.phone, address: to.address };
    const body = { logisticsOrderNo: key, receiver, cargo: contents };
    return { reference: (await post.request({ path: '/orders', body }, OrderReply, call)).waybillNo };
  },
  async inquire(key, call) {
    const reply = await post.find({ path: '/orders/traces', body: { logisticsOrderNo: key } }, TracesReply, call);
    return reply && { reference: reply.waybillNo, reports: reply.traces.map((trace) => toReport(key, trace)) };
  },
  async callback(request) {
    mustBeGenuine(request, tools);
    const { logisticsOrderNo, trace } = read(request.body);
    const reply = { status: 200, type: 'application/json', body: JSON.stringify({ success: true, traceNo: trace.traceNo }) };
    return { reports: [toReport(logisticsOrderNo, trace)], reply };
  },
});

/** HMAC-SM3 over sender, time and SM3 of the body, one per line. */
function mustBeGenuine({ headers, body }: CallbackRequest, { senderNo, secret, clock }: CourierTools): void {
  const { 'x-ems-time': time, 'x-ems-sign': sign } = headers;
  mustBeTimely(time, clock.now());
  const digest = createHash('sm3').update(body).digest('hex');
  mustBeCoded(sign, createHmac('sm3', secret.reveal()).update(`${senderNo}\n${time}\n${digest}`).digest());
}

function read(body: Buffer): z.infer<typeof Push> {
  try {
    return Push.parse(decodeJson(body.toString('utf8')));
  } catch (cause) {
    throw new CallbackRefused('the push is not what the contract says', { cause });
  }
}

const toReport = (key: string, { traceNo, opCode, opTime, opDesc }: Trace): Report => ({
  id: traceNo,
  kind: KINDS[opCode],
  at: new Date(opTime),
  key,
  note: opDesc,
});
