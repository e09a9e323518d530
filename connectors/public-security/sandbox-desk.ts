import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { CallbackMessage, Office, OfficeEvent, OfficeFile, SandboxTools } from '../../src/kit/index.ts';

const KINDS: Readonly<Record<OfficeEvent['kind'], string>> = {
  accepted: 'SL',
  'not-accepted': 'BSL',
  correction: 'BZ',
  corrected: 'BZS',
  'special-started': 'ZT',
  'special-ended': 'HF',
  granted: 'BJ',
  refused: 'BY',
  withdrawn: 'CH',
};

const Application = z.object({ ywlsh: z.string().min(1), sxbm: z.string().min(1), sxmc: z.string().min(1) });
const Named = z.object({ ywlsh: z.string() });
const Supplement = Named.extend({ xh: z.int().positive() });

/** Seals and signs a text as public security does. */
type Seal = (text: string, iv: Buffer) => { readonly body: Buffer; readonly signed: (time: string) => string };

/** The reception of public security. Gives the content of a reply; `refused` for what it does not take, undefined for other paths. */
export function openReception(tools: SandboxTools, seal: Seal) {
  const office = tools.office({ idempotent: true, message: (file, event) => callback(file, event, tools, seal) });
  return (path: string, body: unknown): object | 'refused' | undefined => {
    if (!path.startsWith('/applications')) return undefined;
    return path === '/applications' ? receive(body, office) : about(path, body, office);
  };
}

function receive(body: unknown, office: Office): object | 'refused' {
  const application = Application.safeParse(body);
  if (!application.success) return 'refused';
  const { ywlsh, sxbm, sxmc } = application.data;
  return { slbh: office.receive({ key: ywlsh, item: sxbm, nameZh: sxmc }).reference };
}

function about(path: string, body: unknown, office: Office): object | 'refused' {
  const named = Named.safeParse(body);
  const file = named.success ? office.find({ key: named.data.ywlsh }) : undefined;
  if (path === '/applications/progress')
    return file ? { jg: '1', slbh: file.reference, jzlb: office.eventsOf(file).map(progress) } : { jg: '0' };
  if (!file) return 'refused';
  if (path === '/applications/withdraw') return office.withdraw(file.reference) ? { jg: '1' } : 'refused';
  const supplement = Supplement.safeParse(body);
  if (path !== '/applications/supplement' || !supplement.success) return 'refused';
  office.supplement(file.reference, supplement.data.xh);
  return { jg: '1' };
}

const progress = ({ id, kind, at, reason, points = [], result }: OfficeEvent) => ({
  jzbh: id,
  jzlx: KINDS[kind],
  sj: new Date(at).toISOString(),
  sm: reason ?? null,
  bznr: points.map(({ material, field, what }) => ({ cl: material, bdx: field, sm: what })),
  zz: result ? { bh: result.number, mc: result.nameZh, yxqz: null } : null,
});

function callback(file: OfficeFile, event: OfficeEvent, { clock }: SandboxTools, seal: Seal): CallbackMessage {
  const { body, signed } = seal(JSON.stringify({ ywlsh: file.key, slbh: file.reference, jz: progress(event) }), randomBytes(16));
  const time = String(clock.now());
  return { headers: { 'content-type': 'application/json', 'x-timestamp': time, 'x-signature': signed(time) }, body };
}
