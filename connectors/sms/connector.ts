import { createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  apiKey,
  CallbackRefused,
  type CallbackRequest,
  type Clock,
  connector,
  decodeJson,
  type JsonClient,
  type Messenger,
  mustBeCoded,
  mustBeTimely,
  type Report,
  type Secret,
  secret,
} from '../../src/connect/index.ts';
import { Push, ReceiptReply, SIGN_HEADER, type Status, StatusReply, TIME_HEADER } from './wire.ts';

/** A gateway for text messages: knows our id of a message, so that the same one is sent once, and pushes delivery reports. */
export default connector({
  id: 'sms',
  agency: 'sms-gateway',
  settings: z.strictObject({
    url: z.url(),
    key: secret(),
    /** Signs delivery reports. */
    pushSecret: secret(),
    /** 短信签名: stands before every text, as operators demand. */
    signature: z.string().min(1),
  }),
  policy: { timeout: '5s', concurrency: 8, perSecond: 50 },
  open({ settings: { url, key, pushSecret, signature }, http, clock }) {
    const gateway = http.json({ url, sign: apiKey({ in: 'header', name: 'x-api-key', secret: key }) });
    return { fields: {}, messenger: messengerOver(gateway, { pushSecret, signature, clock }) };
  },
});

interface MessengerTools {
  readonly pushSecret: Secret;
  readonly signature: string;
  readonly clock: Clock;
}

const messengerOver = (gateway: JsonClient, { pushSecret, signature, clock }: MessengerTools): Messenger => ({
  traits: { idempotent: true, callsBack: true },
  async send({ key, to, text }, call) {
    const body = { clientMsgId: key, phone: to, content: `【${signature}】${text}` };
    return { reference: (await gateway.request({ path: '/messages', body }, ReceiptReply, call)).msgId };
  },
  async inquire(key, call) {
    const reply = await gateway.find({ path: '/messages/status', body: { clientMsgId: key } }, StatusReply, call);
    return reply && { reference: reply.msgId, reports: reply.reports.map((status) => toReport(key, status)) };
  },
  async callback(request) {
    mustBeGenuine(request, pushSecret, clock);
    const { clientMsgId, report } = read(request.body);
    return { reports: [toReport(clientMsgId, report)], reply: { status: 200, type: 'application/json', body: '{"result":"ok"}' } };
  },
});

function mustBeGenuine({ headers, body }: CallbackRequest, pushSecret: Secret, clock: Clock): void {
  const { [TIME_HEADER]: time, [SIGN_HEADER]: sign } = headers;
  mustBeTimely(time, clock.now());
  mustBeCoded(sign, createHmac('sha256', pushSecret.reveal()).update(`${time}.`).update(body).digest());
}

function read(body: Buffer): z.infer<typeof Push> {
  try {
    return Push.parse(decodeJson(body.toString('utf8')));
  } catch (cause) {
    throw new CallbackRefused('the push is not what the contract says', { cause });
  }
}

const toReport = (key: string, { reportId, stat, time, desc }: Status): Report => ({
  id: reportId,
  kind: stat === 'DELIVRD' ? 'delivered' : 'failed',
  at: new Date(time),
  key,
  note: desc,
});
