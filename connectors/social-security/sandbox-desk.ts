import { z } from 'zod';
import type { Office, OfficeEvent, SandboxTools } from '../../src/kit/index.ts';

const STATES: Readonly<Record<OfficeEvent['kind'], string>> = {
  accepted: '1',
  'not-accepted': '2',
  correction: '3',
  corrected: '4',
  'special-started': '5',
  'special-ended': '6',
  granted: '7',
  refused: '8',
  withdrawn: '9',
};

const Application = z.object({ wblsh: z.string().min(1), sxbm: z.string().min(1), sxmc: z.string().min(1), sqrmc: z.string().min(1) });

type Form = Readonly<Record<string, string>>;
/** What a code of the agency goes with: 1004 no such record, 9006 refused. */
type Answer = { readonly code: '0000'; readonly data: object } | { readonly code: '1004' | '9006' };

const REFUSED: Answer = { code: '9006' };

/** The reception of social security: takes every application as a new one and works on it; it has to be asked. */
export function openReception(tools: SandboxTools) {
  const office = tools.office({ idempotent: false });
  return (path: string, form: Form): Answer | undefined => {
    if (!path.startsWith('/ywsb/')) return undefined;
    return path === '/ywsb/submit' ? receive(form, office) : about(path, form, office);
  };
}

function receive(form: Form, office: Office): Answer {
  const application = Application.safeParse(form);
  if (!application.success) return REFUSED;
  const { wblsh, sxbm, sxmc } = application.data;
  return { code: '0000', data: { slh: office.receive({ key: wblsh, item: sxbm, nameZh: sxmc }).reference } };
}

function about(path: string, { wblsh = '', xh }: Form, office: Office): Answer {
  const file = office.find({ key: wblsh });
  if (!file) return { code: '1004' };
  const { reference } = file;
  if (path === '/ywsb/query') return { code: '0000', data: { slh: reference, dtlb: office.eventsOf(file).map(event) } };
  const isDone =
    path === '/ywsb/withdraw' ? office.withdraw(reference) : path === '/ywsb/supplement' && office.supplement(reference, Number(xh));
  return isDone ? { code: '0000', data: { slh: reference } } : REFUSED;
}

const event = ({ id, kind, at, reason, points = [], result }: OfficeEvent) => ({
  dtxh: id,
  ywzt: STATES[kind],
  sj: Math.floor(at / 1_000),
  bz: reason ?? null,
  bzcl: points.map(({ material, field, what }) => ({ cldm: material, zddm: field, yq: what })),
  jgwh: result?.number ?? null,
  jgmc: result?.nameZh ?? null,
});
