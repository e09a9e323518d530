import { createHash } from 'node:crypto';
import type { z } from 'zod';
import {
  type ApplicationMaterial,
  CallbackRefused,
  type CallbackRequest,
  type Clock,
  type Desk,
  decodeJson,
  type JsonClient,
  mustBeTimely,
  type Secret,
  sm2Verify,
  sm4Decrypt,
  type Tidings,
  type TidingsKind,
  tidingsOf,
} from '../../src/connect/index.ts';
import { DoneReply, Notice, type Progress, ProgressReply, ReceiptReply, Sealed } from './desk-wire.ts';

const ITEMS = [
  'seal-filing',
  'seal-industry',
  'hotel-licence',
  'netcafe-security',
  'mass-event',
  'fireworks-display',
  'toxic-purchase',
  'precursor-purchase',
  'road-works-traffic',
  'birth-registration',
  'id-card-issue',
  'residence-permit-issue',
  'household-move',
  'no-crime-certificate',
];

const KINDS: Readonly<Record<Progress['jzlx'], TidingsKind['kind']>> = {
  SL: 'accepted',
  BSL: 'not-accepted',
  BZ: 'correction',
  BZS: 'corrected',
  ZT: 'special-started',
  HF: 'special-ended',
  BJ: 'granted',
  BY: 'refused',
  CH: 'withdrawn',
};

interface Keys {
  readonly bodyKey: Secret;
  readonly agencyKey: string;
}

/** The desk of public security: our key is its 业务流水号, the same one is the same application; call-backs are sealed and signed with SM2. */
export function policeDesk(police: JsonClient, keys: Keys, clock: Clock): Desk {
  return {
    items: ITEMS,
    traits: { idempotent: true, callsBack: true },
    async submit({ key, item, applicant, form, materials, caseNumber }, call) {
      const body = {
        ywlsh: key,
        bjbh: caseNumber,
        sxbm: item.code,
        sxmc: item.nameZh,
        sqr: { tyshxydm: applicant.uscc, gmsfhm: applicant.idNumber, mc: applicant.nameZh, lxdh: applicant.phone },
        bd: form,
        cl: await Promise.all(materials.map(paper)),
      };
      return { reference: (await police.request({ path: '/applications', body }, ReceiptReply, call)).slbh };
    },
    async inquire({ key }, call) {
      const reply = await police.request({ path: '/applications/progress', body: { ywlsh: key } }, ProgressReply, call);
      return reply.jg === '0' ? null : { reference: reply.slbh, tidings: reply.jzlb.map((it) => toTidings(key, reply.slbh, it)) };
    },
    async supplement({ key }, { number, form, materials }, call) {
      const body = { ywlsh: key, xh: number, bd: form, cl: await Promise.all(materials.map(paper)) };
      await police.request({ path: '/applications/supplement', body }, DoneReply, call);
    },
    async withdraw({ key }, reason, call) {
      await police.request({ path: '/applications/withdraw', body: { ywlsh: key, yy: reason } }, DoneReply, call);
    },
    async callback(request) {
      mustBeGenuine(request, keys, clock);
      const { ywlsh, slbh, jz } = read(request.body, keys);
      return { tidings: [toTidings(ywlsh, slbh, jz)], reply: { status: 200, type: 'application/json', body: '{"jg":"1"}' } };
    },
  };
}

const paper = async ({ id, nameZh, number, follows, file }: ApplicationMaterial) => ({
  clbm: id,
  clmc: nameZh,
  zzbh: number,
  rq: follows ? '1' : '0',
  wj: file && {
    lx: file.type,
    sm3: createHash('sm3')
      .update(await file.read())
      .digest('hex'),
    nr: (await file.read()).toString('base64'),
  },
});

/** The agency signs time and SM3 of the sealed body. */
function mustBeGenuine({ headers, body }: CallbackRequest, { agencyKey }: Keys, clock: Clock): void {
  const { 'x-timestamp': time, 'x-signature': signature = '' } = headers;
  mustBeTimely(time, clock.now());
  const text = `${time}\n${createHash('sm3').update(body).digest('hex')}`;
  if (!sm2Verify(text, signature, agencyKey)) throw new CallbackRefused('the SM2 signature of the call-back is wrong');
}

function read(body: Buffer, { bodyKey }: Keys): z.infer<typeof Notice> {
  try {
    const { iv, data } = Sealed.parse(decodeJson(body.toString('utf8')));
    const plain = sm4Decrypt(Buffer.from(data, 'base64'), Buffer.from(bodyKey.reveal(), 'hex'), Buffer.from(iv, 'hex'));
    return Notice.parse(decodeJson(plain.toString('utf8')));
  } catch (cause) {
    throw new CallbackRefused('the call-back is not what the contract says', { cause });
  }
}

function toTidings(key: string, reference: string, { jzbh, jzlx, sj, sm, bznr, zz }: Progress): Tidings {
  const said = tidingsOf(KINDS[jzlx], {
    reason: sm,
    points: bznr.map(({ cl, bdx, sm: what }) => ({ material: cl, field: bdx, what })),
    result: zz && { number: zz.bh, nameZh: zz.mc, validTo: zz.yxqz, document: null },
  });
  return { ...said, id: jzbh, at: new Date(sj), key, reference };
}
