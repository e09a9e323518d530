import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { decodeText, decodeXml, encodeText, encodeXml } from '../../src/connect/index.ts';
import type { CallbackMessage, Office, OfficeEvent, OfficeFile, SandboxRequest, SandboxTools } from '../../src/kit/index.ts';

const STEPS: Readonly<Record<OfficeEvent['kind'], string>> = {
  accepted: '01',
  'not-accepted': '02',
  correction: '03',
  corrected: '04',
  'special-started': '05',
  'special-ended': '06',
  granted: '07',
  refused: '08',
  withdrawn: '09',
};

/** What the hall sends, one shape per operation. */
const OPERATIONS = {
  submitApplication: z.object({ wbbh: z.string().min(1), sxDm: z.string().min(1), sxmc: z.string().min(1), sqrmc: z.string().min(1) }),
  queryProgress: z.object({ wbbh: z.string().min(1) }),
  supplement: z.object({ sxslh: z.string(), cs: z.string().regex(/^[1-9]\d*$/) }),
  withdraw: z.object({ sxslh: z.string() }),
};
type Operation = keyof typeof OPERATIONS;

/** The content of a reply, or the code of a fault. */
type Answer = { readonly operation: Operation; readonly content: object } | { readonly fault: string };

/** The tax office's reception: takes every application as a new one, works on it, and calls back. Undefined: not for it. */
export function openReception(tools: SandboxTools, credentials: { readonly appId: string; readonly secret: string }) {
  const office = tools.office({ idempotent: false, message: (file, event) => callback(file, event, tools, credentials) });
  return (request: SandboxRequest): Answer | undefined => {
    const operation = /\/(\w+)"$/.exec(request.headers['soapaction'] ?? '')?.[1] ?? '';
    if (!isOperation(operation)) return undefined;
    const message = OPERATIONS[operation].safeParse(read(request.body, operation));
    if (!message.success) return { fault: 'Client' };
    const content = ANSWERS[operation](message.data as never, office);
    return content ? { operation, content } : { fault: 'Client.NotFound' };
  };
}

const isOperation = (name: string): name is Operation => Object.hasOwn(OPERATIONS, name);

const ANSWERS: { readonly [O in Operation]: (message: z.infer<(typeof OPERATIONS)[O]>, office: Office) => object | undefined } = {
  submitApplication: ({ wbbh, sxDm, sxmc }, office) => ({ sxslh: office.receive({ key: wbbh, item: sxDm, nameZh: sxmc }).reference }),
  queryProgress({ wbbh }, office) {
    const file = office.find({ key: wbbh });
    return file && { sxslh: file.reference, hjlb: { hj: office.eventsOf(file).map(step) } };
  },
  supplement: ({ sxslh, cs }, office) => (office.supplement(sxslh, Number(cs)) ? { jg: '1' } : undefined),
  withdraw: ({ sxslh }, office) => (office.withdraw(sxslh) ? { jg: '1' } : undefined),
};

const step = ({ id, kind, at, reason, points = [], result }: OfficeEvent) => ({
  hjlsh: id,
  hjDm: STEPS[kind],
  fssj: new Date(at).toISOString(),
  yy: reason ?? '',
  bzxlb: { bzx: points.map(({ material, field, what }) => ({ clDm: material ?? '', bdxDm: field ?? '', nr: what })) },
  wshm: result?.number ?? '',
  wsmc: result?.nameZh ?? '',
});

function callback(
  file: OfficeFile,
  event: OfficeEvent,
  { clock }: SandboxTools,
  { appId, secret }: { appId: string; secret: string },
): CallbackMessage {
  const message = { hjtz: { wbbh: file.key, sxslh: file.reference, hj: step(event) } };
  const body = encodeText(`<?xml version="1.0" encoding="GB18030"?>${encodeXml(message)}`, 'gb18030');
  const time = String(clock.now());
  const digest = createHash('sm3').update(body).digest('hex');
  const sign = createHmac('sm3', secret).update(`${appId}\n${time}\n${digest}`).digest('hex');
  return { headers: { 'content-type': 'text/xml; charset=GB18030', 'x-tax-time': time, 'x-tax-sign': sign }, body };
}

function read(body: Buffer, operation: string): unknown {
  try {
    const message = decodeXml(decodeText(body, 'gb18030'), { arrays: ['bdx', 'cl'] }) as { Envelope: { Body: Record<string, unknown> } };
    return message.Envelope.Body[operation];
  } catch {
    return undefined;
  }
}
