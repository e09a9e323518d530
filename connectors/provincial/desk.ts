import { createHash, createHmac } from 'node:crypto';
import type { z } from 'zod';
import {
  AgencyError,
  type Application,
  type ApplicationMaterial,
  type Call,
  CallbackRefused,
  type CallbackRequest,
  type Clock,
  type Desk,
  type DeskTraits,
  decodeJson,
  mustBeCoded,
  mustBeTimely,
  type Tidings,
  type TidingsKind,
  tidingsOf,
} from '../../src/connect/index.ts';
import { type Event, Notice, ReceiptBody, StandingBody } from './desk-wire.ts';
import type { Exchange, ExchangeSettings } from './exchange.ts';

/** A platform that takes applications, and what it can do. */
interface Reception {
  readonly platform: string;
  readonly items: readonly string[];
  readonly traits: DeskTraits;
  /** Whether it says what became of an application under our key. */
  readonly canBeAsked: boolean;
}

/** Differences between the platforms are here, and nowhere else. */
const RECEPTIONS: readonly Reception[] = [
  {
    platform: 'js-service-portal',
    items: ['hf-unit', 'hf-employee', 'hf-cancel', 'hf-withdraw-retire', 'hf-withdraw-house', 'hf-loan', 'bank-appointment'],
    traits: { idempotent: true, callsBack: true },
    canBeAsked: true,
  },
  {
    // It gives a new number to whatever arrives, and finds nothing by ours: what may have arrived is for a person.
    platform: 'js-medical-insurance',
    items: ['mi-unit', 'mi-resident', 'maternity-allowance', 'mi-remote', 'mi-designated', 'mi-retire'],
    traits: { idempotent: false, callsBack: true },
    canBeAsked: false,
  },
];

const KINDS: Readonly<Record<Event['dtlx'], TidingsKind['kind']>> = {
  受理: 'accepted',
  不予受理: 'not-accepted',
  补正: 'correction',
  补正收讫: 'corrected',
  特别程序: 'special-started',
  特别程序结束: 'special-ended',
  准予: 'granted',
  不予: 'refused',
  撤回: 'withdrawn',
};

interface DeskTools {
  readonly exchange: Exchange;
  readonly settings: Pick<ExchangeSettings, 'appKey' | 'secret'>;
  readonly clock: Clock;
}

/** The desks of the platforms behind the exchange. */
export const platformDesks = (tools: DeskTools): readonly Desk[] => RECEPTIONS.map((reception) => platformDesk(reception, tools));

function platformDesk({ platform, items, traits, canBeAsked }: Reception, { exchange, ...gate }: DeskTools): Desk {
  const client = exchange.platform(platform);
  const inquire: Desk['inquire'] = async ({ key }, call) => {
    const body = await client.ask('queryApplication', { ywlsh: key }, StandingBody, call);
    return body && { reference: body.slh, tidings: body.dtlb.map((event) => toTidings(key, body.slh, event)) };
  };
  const handOn = async (service: string, body: object, call: Call) => known(await client.ask(service, body, ReceiptBody, call), call);
  return {
    agency: platform,
    items,
    traits,
    async submit(application, call) {
      return { reference: present(await client.ask('submitApplication', await filed(application), ReceiptBody, call)).slh };
    },
    ...(canBeAsked && { inquire }),
    async supplement({ key, reference }, { number, form, materials }, call) {
      const body = { ywlsh: key, slh: reference, xh: number, bd: form, cl: await Promise.all(materials.map(paper)) };
      await handOn('supplementApplication', body, call);
    },
    async withdraw({ key, reference }, reason, call) {
      await handOn('withdrawApplication', { ywlsh: key, slh: reference, yy: reason }, call);
    },
    async callback(request) {
      mustBeGenuine(request, gate);
      const { head, body } = read(request.body);
      if (head.platform !== platform) throw new CallbackRefused('the call-back is of another platform');
      const reply = { head: { code: '200', message: '成功', requestId: head.requestId }, body: null };
      return {
        tidings: [toTidings(body.ywlsh, body.slh, body.dt)],
        reply: { status: 200, type: 'application/json', body: JSON.stringify(reply) },
      };
    },
  };
}

/** "No such record" is no answer to something that was handed in. */
function present<T>(body: T | null): T {
  if (body === null) throw new TypeError('a platform answered a submission as if it had been a question');
  return body;
}

/** The platform has no application under this name: nothing was taken. */
function known(body: unknown, call: Call): void {
  if (body === null) throw new AgencyError(call, 'REFUSED', { private: { reason: 'no such application' } });
}

const filed = async ({ key, item, applicant, form, materials, caseNumber }: Application) => ({
  ywlsh: key,
  bjbh: caseNumber,
  sxbm: item.code,
  sxmc: item.nameZh,
  sqr: { tyshxydm: applicant.uscc, zjhm: applicant.idNumber, mc: applicant.nameZh, lxdh: applicant.phone },
  bd: form,
  cl: await Promise.all(materials.map(paper)),
});

const paper = async ({ id, nameZh, number, follows, file }: ApplicationMaterial) => ({
  cldm: id,
  clmc: nameZh,
  zzhm: number,
  rqbb: follows,
  wj: file && { lx: file.type, nr: (await file.read()).toString('base64') },
});

/** HMAC-SM3 over key, time and SM3 of the body, one per line. */
function mustBeGenuine({ headers, body }: CallbackRequest, { settings: { appKey, secret }, clock }: Omit<DeskTools, 'exchange'>): void {
  const { 'x-exchange-time': time, 'x-exchange-sign': sign } = headers;
  mustBeTimely(time, clock.now());
  const digest = createHash('sm3').update(body).digest('hex');
  mustBeCoded(sign, createHmac('sm3', secret.reveal()).update(`${appKey}\n${time}\n${digest}`).digest());
}

function read(body: Buffer): z.infer<typeof Notice> {
  try {
    return Notice.parse(decodeJson(body.toString('utf8')));
  } catch (cause) {
    throw new CallbackRefused('the call-back is not what the contract says', { cause });
  }
}

function toTidings(key: string, reference: string, { dtbs, dtlx, fssj, yy, bzxm, jg }: Event): Tidings {
  const said = tidingsOf(KINDS[dtlx], {
    reason: yy,
    points: bzxm.map(({ cldm, zdm, yq }) => ({ material: cldm, field: zdm, what: yq })),
    result: jg && { number: jg.wh, nameZh: jg.mc, validTo: jg.yxqz, document: null },
  });
  return { ...said, id: dtbs, at: new Date(fssj), key, reference };
}
