import { z } from 'zod';
import type { Office, OfficeEvent, SandboxTools } from '../../src/kit/index.ts';

const KINDS: Readonly<Record<OfficeEvent['kind'], string>> = {
  accepted: 'SL',
  'not-accepted': 'BY',
  correction: 'BZ',
  corrected: 'BQ',
  'special-started': 'TX',
  'special-ended': 'TJ',
  granted: 'TG',
  refused: 'BT',
  withdrawn: 'CH',
};

const Application = z.object({
  wbbh: z.string().min(1),
  sxbm: z.string().min(1),
  sxmc: z.string().min(1),
  sqr: z.object({ mc: z.string().min(1) }),
});
const Named = z.object({ wbbh: z.string().min(1), xh: z.int().positive().optional() });

/** A result code and a payload, as the batch job writes them. */
export interface Answer {
  readonly code: string;
  readonly payload: string;
}

const REFUSED: Answer = { code: '2001', payload: '' };
const NONE: Answer = { code: '4004', payload: '' };
const good = (content: object): Answer => ({ code: '0', payload: JSON.stringify(content) });

/** The city's reception. Undefined: the service is not one of its. */
export function openReception(tools: SandboxTools) {
  const office = tools.office({ idempotent: true });
  return (service: string, body: unknown): Answer | undefined => {
    if (service === 'SXSB01') return receive(body, office);
    return service === 'SXCX01' || service === 'SXBZ01' || service === 'SXCH01' ? about(service, body, office) : undefined;
  };
}

function receive(body: unknown, office: Office): Answer {
  const application = Application.safeParse(body);
  if (!application.success) return REFUSED;
  const { wbbh, sxbm, sxmc } = application.data;
  return good({ slh: office.receive({ key: wbbh, item: sxbm, nameZh: sxmc }).reference });
}

function about(service: string, body: unknown, office: Office): Answer {
  const named = Named.safeParse(body);
  const file = named.success ? office.find({ key: named.data.wbbh }) : undefined;
  if (!named.success || !file) return NONE;
  const { reference } = file;
  if (service === 'SXCX01') return good({ slh: reference, jdlb: office.eventsOf(file).map(node) });
  const isDone =
    service === 'SXCH01' ? office.withdraw(reference) : named.data.xh !== undefined && office.supplement(reference, named.data.xh);
  return isDone ? good({ slh: reference }) : REFUSED;
}

const node = ({ id, kind, at, reason, points = [], result }: OfficeEvent) => ({
  jdh: id,
  jdlx: KINDS[kind],
  sj: new Date(at).toISOString(),
  yj: reason ?? null,
  bzlb: points.map(({ material, field, what }) => ({ cl: material, bdx: field, yq: what })),
  wh: result?.number ?? null,
  wjmc: result?.nameZh ?? null,
});
