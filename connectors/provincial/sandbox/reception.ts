/** Platforms that take applications, work on them, and call back through the exchange. */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { CallbackMessage, Office, OfficeEvent, OfficeFile, SandboxTools } from '../../../src/kit/index.ts';
import { APP_KEY, APP_SECRET, type Refusal } from './gate.ts';

const KINDS: Readonly<Record<OfficeEvent['kind'], string>> = {
  accepted: '受理',
  'not-accepted': '不予受理',
  correction: '补正',
  corrected: '补正收讫',
  'special-started': '特别程序',
  'special-ended': '特别程序结束',
  granted: '准予',
  refused: '不予',
  withdrawn: '撤回',
};

/** Whether a platform knows the hall's key again, and whether it finds an application by it. */
const PLATFORMS: Readonly<Record<string, { readonly idempotent: boolean; readonly findsByKey: boolean }>> = {
  'js-service-portal': { idempotent: true, findsByKey: true },
  'js-medical-insurance': { idempotent: false, findsByKey: false },
};

const Application = z.object({
  ywlsh: z.string().min(1),
  sxbm: z.string().min(1),
  sxmc: z.string().min(1),
  sqr: z.object({ mc: z.string().min(1) }),
});
const Named = z.object({ ywlsh: z.string(), slh: z.string().nullish(), xh: z.int().positive().optional() });

const WRONG: Refusal = { code: '42201', message: '申报内容不符合要求' };
const NONE: Refusal = { code: '40401', message: '未查询到办件' };

type Answer = { readonly body: object } | { readonly refusal: Refusal };

/** Opens an office for every platform that has one. Undefined: the question is not for it. */
export function openReceptions(tools: SandboxTools) {
  const offices = new Map(Object.entries(PLATFORMS).map(([platform, traits]) => [platform, openOne(platform, traits.idempotent, tools)]));
  return (platform: string, service: string, body: unknown): Answer | undefined => {
    const office = offices.get(platform);
    if (!office || !service.endsWith('Application')) return undefined;
    return service === 'submitApplication' ? receive(body, office) : about(service, body, office, PLATFORMS[platform]?.findsByKey ?? false);
  };
}

const openOne = (platform: string, idempotent: boolean, tools: SandboxTools): Office =>
  tools.office({ agency: platform, idempotent, message: (file, event) => callback(platform, file, event, tools) });

function receive(body: unknown, office: Office): Answer {
  const application = Application.safeParse(body);
  if (!application.success) return { refusal: WRONG };
  const { ywlsh, sxbm, sxmc } = application.data;
  return { body: { slh: office.receive({ key: ywlsh, item: sxbm, nameZh: sxmc }).reference } };
}

function about(service: string, body: unknown, office: Office, findsByKey: boolean): Answer {
  const named = Named.safeParse(body);
  if (!named.success) return { refusal: WRONG };
  const { ywlsh, slh, xh } = named.data;
  const file = findsByKey ? office.find({ key: ywlsh }) : office.find({ reference: slh ?? '' });
  if (!file) return { refusal: NONE };
  const { reference } = file;
  if (service === 'queryApplication')
    return findsByKey ? { body: { slh: reference, dtlb: office.eventsOf(file).map(event) } } : { refusal: WRONG };
  const isDone = service === 'withdrawApplication' ? office.withdraw(reference) : xh !== undefined && office.supplement(reference, xh);
  return isDone ? { body: { slh: reference } } : { refusal: WRONG };
}

const event = ({ id, kind, at, reason, points = [], result }: OfficeEvent) => ({
  dtbs: id,
  dtlx: KINDS[kind],
  fssj: new Date(at).toISOString(),
  yy: reason ?? null,
  bzxm: points.map(({ material, field, what }) => ({ cldm: material, zdm: field, yq: what })),
  jg: result ? { wh: result.number, mc: result.nameZh, yxqz: null } : null,
});

function callback(platform: string, file: OfficeFile, happened: OfficeEvent, { clock }: SandboxTools): CallbackMessage {
  const head = { platform, service: 'notifyApplication', requestId: randomUUID() };
  const body = JSON.stringify({ head, body: { ywlsh: file.key, slh: file.reference, dt: event(happened) } });
  const time = String(clock.now());
  const digest = createHash('sm3').update(body).digest('hex');
  const sign = createHmac('sm3', APP_SECRET).update(`${APP_KEY}\n${time}\n${digest}`).digest('hex');
  return { headers: { 'content-type': 'application/json', 'x-exchange-time': time, 'x-exchange-sign': sign }, body };
}
