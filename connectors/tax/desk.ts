import { createHash, createHmac } from 'node:crypto';
import type { z } from 'zod';
import {
  type ApplicationMaterial,
  CallbackRefused,
  type CallbackRequest,
  type Clock,
  type Desk,
  decodeText,
  decodeXml,
  mustBeCoded,
  mustBeTimely,
  type Secret,
  type SoapClient,
  type Tidings,
  type TidingsKind,
  tidingsOf,
} from '../../src/connect/index.ts';
import { DoneReply, NOTICE_ARRAYS, Notice, ProgressReply, ReceiptReply, type Step } from './desk-wire.ts';

const ITEMS = [
  'tax-information',
  'invoice-first',
  'invoice-quota',
  'general-taxpayer',
  'tax-clearance',
  'deed-tax',
  'social-premium',
  'cross-region-tax',
];

const KINDS: Readonly<Record<Step['hjDm'], TidingsKind['kind']>> = {
  '01': 'accepted',
  '02': 'not-accepted',
  '03': 'correction',
  '04': 'corrected',
  '05': 'special-started',
  '06': 'special-ended',
  '07': 'granted',
  '08': 'refused',
  '09': 'withdrawn',
};

interface Credentials {
  readonly appId: string;
  readonly secret: Secret;
}

/**
 * The tax office's desk. It writes our key down as 外部编号 and takes the same one a second time as a second application, so
 * it is asked before anything is sent again.
 */
export function taxDesk(tax: SoapClient, credentials: Credentials, clock: Clock): Desk {
  const progressOf = async (key: string, call: Parameters<Desk['submit']>[1]) =>
    tax.request('queryProgress', { wbbh: key }, ProgressReply, call);
  return {
    items: ITEMS,
    traits: { idempotent: false, callsBack: true },
    async submit({ key, item, applicant, form, materials, caseNumber }, call) {
      const reply = await tax.request(
        'submitApplication',
        {
          wbbh: key,
          bjbh: caseNumber,
          sxDm: item.code,
          sxmc: item.nameZh,
          nsrsbh: applicant.uscc ?? '',
          sqrzjhm: applicant.idNumber ?? '',
          sqrmc: applicant.nameZh,
          lxdh: applicant.phone ?? '',
          bdlb: fields(form),
          cllb: await papers(materials),
        },
        ReceiptReply,
        call,
      );
      return { reference: taken(reply).sxslh };
    },
    async inquire({ key }, call) {
      const progress = await progressOf(key, call);
      return progress && { reference: progress.sxslh, tidings: progress.hjlb.map((step) => toTidings(key, progress.sxslh, step)) };
    },
    async supplement({ key, reference }, { number, form, materials }, call) {
      const message = {
        sxslh: reference ?? (await progressOf(key, call))?.sxslh ?? '',
        cs: number,
        bdlb: fields(form),
        cllb: await papers(materials),
      };
      taken(await tax.request('supplement', message, DoneReply, call));
    },
    async withdraw({ key, reference }, reason, call) {
      const sxslh = reference ?? (await progressOf(key, call))?.sxslh ?? '';
      taken(await tax.request('withdraw', { sxslh, yy: reason }, DoneReply, call));
    },
    async callback(request) {
      mustBeGenuine(request, credentials, clock);
      const { wbbh, sxslh, hj } = read(request.body).hjtz;
      return { tidings: [toTidings(wbbh, sxslh, hj)], reply: { status: 200, type: 'text/xml; charset=GB18030', body: '<jg>1</jg>' } };
    },
  };
}

/** "No such record" is no answer to a submission. */
function taken<T>(reply: T | null): T {
  if (reply === null) throw new TypeError('the tax office answered a submission as if it had been a question');
  return reply;
}

const fields = (form: Readonly<Record<string, unknown>>) => ({
  bdx: Object.entries(form).map(([name, value]) => ({ dm: name, z: typeof value === 'string' ? value : JSON.stringify(value) })),
});

async function papers(materials: readonly ApplicationMaterial[]) {
  const paper = async ({ id, nameZh, number, follows, file }: ApplicationMaterial) => ({
    clDm: id,
    clmc: nameZh,
    zzhm: number ?? '',
    rq: follows ? 'Y' : 'N',
    wjlx: file?.type ?? '',
    wjnr: file ? (await file.read()).toString('base64') : '',
  });
  return { cl: await Promise.all(materials.map(paper)) };
}

/** HMAC-SM3 over application id, time and SM3 of the body, one per line. */
function mustBeGenuine({ headers, body }: CallbackRequest, { appId, secret }: Credentials, clock: Clock): void {
  const { 'x-tax-time': time, 'x-tax-sign': sign } = headers;
  mustBeTimely(time, clock.now());
  const digest = createHash('sm3').update(body).digest('hex');
  mustBeCoded(sign, createHmac('sm3', secret.reveal()).update(`${appId}\n${time}\n${digest}`).digest());
}

function read(body: Buffer): z.infer<typeof Notice> {
  try {
    return Notice.parse(decodeXml(decodeText(body, 'gb18030'), { arrays: NOTICE_ARRAYS }));
  } catch (cause) {
    throw new CallbackRefused('the call-back is not what the contract says', { cause });
  }
}

function toTidings(key: string, reference: string, { hjlsh, hjDm, fssj, yy, bzxlb, wshm, wsmc }: Step): Tidings {
  const said = tidingsOf(KINDS[hjDm], {
    reason: yy,
    points: bzxlb.map(({ clDm, bdxDm, nr }) => ({ material: clDm, field: bdxDm, what: nr })),
    result: wsmc === null ? null : { number: wshm, nameZh: wsmc, validTo: null, document: null },
  });
  return { ...said, id: hjlsh, at: new Date(fssj), key, reference };
}
