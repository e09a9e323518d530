import { createHash } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { decodeJson, sm4Decrypt, sm4Encrypt } from '../../src/connect/index.ts';
import { type SandboxReply, type SandboxRequest, type SandboxTools, type Subjects, sandbox } from '../../src/kit/index.ts';
import { openReception } from './sandbox-desk.ts';

const APP_ID = 'yimen-sandbox-hall';
const BODY_KEY = '0a5352af3b0085201960de28715d391f';
const HALL_PRIVATE_KEY = 'd331a252a4bde48f2bf8589b5a32a0f5aa471b3dcd8977703f9248861a5b6287';
const HALL_KEY =
  '040ae3e0929700604b8ff78af3ad6e856aca7bb4dc76fd66c56ba89be393de1de0c825950ea76cf822333c392a54c2077c504e293a746538e860a8e7924a2721d3';
const AGENCY_PRIVATE_KEY = '630ab2bddba07d439e03ce515c4475fe5d02ebcbcbd68c44507e91abbbf5de12';
const AGENCY_KEY =
  '04ae02a3c8a0236e4cf20eef6768cdb8a09776483d90647d4a1243688805fb4fe2a55c1ea4a92cd3742c04686e6a058b0fc82f9dd6df54ab1f943568c91f54bc2f';
const WINDOW_MS = 300_000;
const SM2 = { der: true, hash: true, userId: '1234567812345678' } as const;

/** Public security: SM4-CBC bodies, SM2 signatures both ways, every nonce once, five minutes of clock difference. */
export default sandbox({
  id: 'public-security',
  settings: (url) => ({
    url,
    appId: APP_ID,
    bodyKey: { sandbox: BODY_KEY },
    privateKey: { sandbox: HALL_PRIVATE_KEY },
    agencyKey: AGENCY_KEY,
  }),
  samples: {
    'Enterprise.seals': ['91321071990000017N'],
    'Person.identity': ['321012198812139970'],
    'Person.household': ['321012198812139970'],
  },
  applications: ['seal-filing'],
  open(tools) {
    const { subjects, clock } = tools;
    const nonces = new Map<string, number>();
    const reception = openReception(tools, sealedNotice);
    return {
      handle(request) {
        if (request.fault === 'expired' || !isAuthentic(request, nonces, clock)) return { status: 401, body: '' };
        const answer = ROUTES[request.path];
        const question = opened(request.body);
        const received = question && reception(request.path, question);
        if (received === 'refused') return { status: 422, body: '' };
        if (received) return sealed(request, JSON.stringify(received), clock);
        if (!answer || !question) return { status: 400, body: '' };
        const content = answer(question, subjects);
        const sjsj = new Date(clock.now() - 1_000).toISOString();
        return sealed(request, JSON.stringify({ jg: content ? '1' : '0', sjsj, sj: content ?? null }), clock);
      },
    };
  },
});

const digest = (data: Buffer): string => createHash('sm3').update(data).digest('hex');

function isAuthentic(request: SandboxRequest, nonces: Map<string, number>, clock: SandboxTools['clock']): boolean {
  const { 'x-app-id': appId = '', 'x-timestamp': time = '', 'x-nonce': nonce = '', 'x-signature': signature = '' } = request.headers;
  const now = clock.now();
  for (const [known, until] of nonces) if (until < now) nonces.delete(known);
  if (appId !== APP_ID || !(Math.abs(now - Number(time)) <= WINDOW_MS) || !nonce || nonces.has(nonce)) return false;
  const text = [appId, time, nonce, request.method, request.path, digest(request.body)].join('\n');
  if (!verified(text, signature)) return false;
  nonces.set(nonce, now + 2 * WINDOW_MS);
  return true;
}

function verified(text: string, signature: string): boolean {
  try {
    return sm2.doVerifySignature(text, signature, HALL_KEY, SM2);
  } catch {
    return false;
  }
}

function opened(body: Buffer): Record<string, string> | undefined {
  try {
    const { iv, data } = decodeJson(body.toString()) as { iv: string; data: string };
    const plain = sm4Decrypt(Buffer.from(data, 'base64'), Buffer.from(BODY_KEY, 'hex'), Buffer.from(iv, 'hex'));
    return decodeJson(plain.toString()) as Record<string, string>;
  } catch {
    return undefined;
  }
}

function sealed(request: SandboxRequest, text: string, clock: SandboxTools['clock']): SandboxReply {
  const iv = Buffer.from(digest(Buffer.from(request.headers['x-nonce'] ?? '')).slice(0, 32), 'hex');
  const data = sm4Encrypt(request.encode(text), Buffer.from(BODY_KEY, 'hex'), iv).toString('base64');
  const body = Buffer.from(JSON.stringify({ iv: iv.toString('hex'), data }));
  const time = String(clock.now());
  const signature = sm2.doSignature([time, request.headers['x-nonce'], digest(body)].join('\n'), AGENCY_PRIVATE_KEY, SM2);
  return { headers: { 'content-type': 'application/json', 'x-timestamp': time, 'x-signature': signature }, body };
}

/** What is sent without having been asked for: nothing but the time ties its signature to a moment. */
function sealedNotice(text: string, iv: Buffer) {
  const data = sm4Encrypt(Buffer.from(text), Buffer.from(BODY_KEY, 'hex'), iv).toString('base64');
  const body = Buffer.from(JSON.stringify({ iv: iv.toString('hex'), data }));
  return { body, signed: (time: string) => sm2.doSignature(`${time}\n${digest(body)}`, AGENCY_PRIVATE_KEY, SM2) };
}

type Question = Readonly<Record<string, string>>;

const ROUTES: Readonly<Record<string, (question: Question, subjects: Subjects) => object | undefined>> = {
  '/seals': seals,
  '/identity': identity,
  '/household': household,
};

const plain = (date: string): string => date.replaceAll('-', '');
const SEAL_STATES: Readonly<Record<string, string>> = { 'in-use': '1', surrendered: '2' };
const CARD_STATES: Readonly<Record<string, string>> = { valid: '1', expired: '2', cancelled: '3' };

function seals({ tyshxydm }: Question, { enterprises }: Subjects): object | undefined {
  const it = enterprises.find(({ uscc }) => uscc === tyshxydm);
  if (!it) return undefined;
  const yzlb = it.sections.publicSecurity.seals.map((seal) => ({
    yzbm: seal.number,
    yzlx: seal.typeZh,
    yzlxEn: seal.typeEn,
    barq: plain(seal.filedOn),
    zt: SEAL_STATES[seal.status],
  }));
  return { yzlb };
}

function identity({ gmsfhm }: Question, { persons }: Subjects): object | undefined {
  const it = persons.find(({ idNumber }) => idNumber === gmsfhm);
  if (!it) return undefined;
  const card = it.certificates.find(({ type }) => type === 'id-card');
  const sfz = card ? { qfrq: plain(card.issuedOn), yxqz: card.validTo && plain(card.validTo), zt: CARD_STATES[card.status] } : null;
  return { xm: it.nameZh, xmpy: it.nameEn, xb: it.gender === 'male' ? '1' : '2', csrq: plain(it.birthDate), sfz };
}

function household({ gmsfhm }: Question, { persons }: Subjects): object | undefined {
  const it = persons.find(({ idNumber }) => idNumber === gmsfhm);
  if (!it) return undefined;
  const { householdId, relation, registeredAt, address, division } = it.household;
  const members = persons.filter((other) => other.household.householdId === householdId);
  const hcy = members.map((other) => ({ gmsfhm: other.idNumber, xm: other.nameZh, yhzgx: other.household.relation }));
  return { hh: householdId, yhzgx: relation, hjd: registeredAt, hjdz: address, xzqh: division, hcy };
}
