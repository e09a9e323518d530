import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  type Application,
  type ApplicationMaterial,
  CallbackRefused,
  type CallbackRequest,
  type Clock,
  type Desk,
  decodeJson,
  type JsonClient,
  mustBeCoded,
  mustBeTimely,
  type Secret,
  type Tidings,
  type TidingsKind,
  tidingsOf,
} from '../../src/connect/index.ts';
import { AcceptReply, Callback, CODE_HEADER, type Notice, StandingReply, TIME_HEADER } from './desk-wire.ts';

/** What the registry decides itself. */
const ITEMS = [
  'name-declaration',
  'company-establish',
  'company-change',
  'company-deregister',
  'simple-deregister',
  'liquidation-filing',
  'branch-establish',
  'partnership-establish',
  'sole-establish',
  'foreign-establish',
  'individual-establish',
  'equity-pledge',
  'abnormal-removal',
];

const KINDS: Readonly<Record<Notice['state'], TidingsKind['kind']>> = {
  10: 'accepted',
  11: 'not-accepted',
  20: 'correction',
  21: 'corrected',
  30: 'special-started',
  31: 'special-ended',
  40: 'granted',
  41: 'refused',
  50: 'withdrawn',
};

/** The registry's desk: keeps our key as 外部流水号, so that sending again is harmless, and calls back. */
export function registryDesk(registry: JsonClient, secret: Secret, clock: Clock): Desk {
  return {
    items: ITEMS,
    traits: { idempotent: true, callsBack: true },
    async submit(application, call) {
      const body = { ...(await filed(application)), outerNo: application.key };
      return { reference: (await registry.request({ path: '/applications', body }, AcceptReply, call)).acceptNo };
    },
    async inquire({ key }, call) {
      const reply = await registry.find({ path: '/applications/query', body: { outerNo: key } }, StandingReply, call);
      return reply && { reference: reply.acceptNo, tidings: reply.notices.map((notice) => toTidings(key, reply.acceptNo, notice)) };
    },
    async supplement({ key }, { number, form, materials }, call) {
      const body = { outerNo: key, serial: number, form, materials: await Promise.all(materials.map(filedMaterial)) };
      await registry.request({ path: '/applications/supplement', body }, z.object({}), call);
    },
    async withdraw({ key }, reason, call) {
      await registry.request({ path: '/applications/withdraw', body: { outerNo: key, reason } }, z.object({}), call);
    },
    async callback(request) {
      mustBeGenuine(request, secret, clock);
      const { outerNo, acceptNo, notice } = read(request.body);
      const reply = { status: 200, type: 'application/json', body: JSON.stringify({ received: notice.eventNo }) };
      return { tidings: [toTidings(outerNo, acceptNo, notice)], reply };
    },
  };
}

async function filed({ item, applicant, form, materials, caseNumber, submittedAt }: Application) {
  const { uscc, idNumber, nameZh, phone } = applicant;
  return {
    itemCode: item.code,
    itemName: item.nameZh,
    caseNo: caseNumber,
    applyTime: submittedAt.toISOString(),
    applicant: { uniscid: uscc, cerNo: idNumber, name: nameZh, phone },
    form,
    materials: await Promise.all(materials.map(filedMaterial)),
  };
}

const filedMaterial = async ({ id, nameZh, number, follows, file }: ApplicationMaterial) => ({
  code: id,
  name: nameZh,
  certNo: number,
  follows,
  file: file && { name: file.name, type: file.type, sha256: file.sha256, content: (await file.read()).toString('base64') },
});

function mustBeGenuine({ headers, body }: CallbackRequest, secret: Secret, clock: Clock): void {
  const { [TIME_HEADER]: time, [CODE_HEADER]: code } = headers;
  mustBeTimely(time, clock.now());
  const digest = createHash('sha256').update(body).digest('hex');
  mustBeCoded(code, createHmac('sha256', secret.reveal()).update(`${time}\n${digest}`).digest(), 'base64');
}

function read(body: Buffer): z.infer<typeof Callback> {
  try {
    return Callback.parse(decodeJson(body.toString('utf8')));
  } catch (cause) {
    throw new CallbackRefused('the call-back is not what the contract says', { cause });
  }
}

function toTidings(key: string, reference: string, { eventNo, state, time, reason, points, result }: Notice): Tidings {
  const said = tidingsOf(KINDS[state], {
    reason,
    points: points.map(({ materialCode, fieldCode, content }) => ({ material: materialCode, field: fieldCode, what: content })),
    result: result && {
      number: result.docNo,
      nameZh: result.docName,
      validTo: result.validTo,
      document: null,
      ...(result.uniscid && { establishes: result.uniscid }),
    },
  });
  return { ...said, id: eventNo, at: new Date(time), key, reference };
}
