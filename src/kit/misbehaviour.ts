import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../clock/index.ts';
import type { Fault, FaultSwitch } from './faults.ts';
import type { SandboxReply } from './sandbox.ts';

const DRIP_MS = 50;
/** However short a reply is, it takes this long. */
const LEAST_DRIP_MS = 2_000;
const SKEW_MS = 3_600_000;
/** 50 MB of spaces, which pack to 51 KB. */
const BOMB = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));

/** Where the fault `redirect` sends the caller; the agency answers there as if nothing were wrong. */
export const REDIRECTED = '/elsewhere';

/** Replies that need no knowledge of the agency. */
export const EARLY: Partial<Record<Fault, SandboxReply>> = {
  error: { status: 500, headers: { 'content-type': 'text/plain' }, body: 'internal error' },
  throttle: { status: 429, headers: { 'content-type': 'text/plain', 'retry-after': '2' }, body: 'slow down' },
  garbage: { headers: { 'content-type': 'text/html' }, body: '<html><body>502 Bad Gateway</body></html>' },
  empty: { status: 204, body: '' },
};

type Sender = (outgoing: ServerResponse, reply: SandboxReply) => void;

/** Ways to spoil an agency's reply on its way out. */
const SENDERS: Partial<Record<Fault, Sender>> = {
  truncated: sendTruncated,
  drip: sendDrip,
  bom: (outgoing, reply) => sendWhole(outgoing, { ...reply, body: Buffer.concat([Buffer.from('\uFEFF'), Buffer.from(reply.body)]) }),
  bomb: (outgoing, { headers }) => sendWhole(outgoing, { headers: { ...headers, 'content-encoding': 'gzip' }, body: BOMB }),
  hostile: (outgoing, reply) => sendWhole(outgoing, { ...reply, body: hostile(Buffer.from(reply.body)) }),
};

/** Sends a reply as the fault wants it. */
export const send = (outgoing: ServerResponse, reply: SandboxReply, fault: Fault): void => (SENDERS[fault] ?? sendWhole)(outgoing, reply);

function sendWhole(outgoing: ServerResponse, reply: SandboxReply): void {
  const body = Buffer.from(reply.body);
  const length = reply.status === 204 ? {} : { 'content-length': body.length };
  outgoing.writeHead(reply.status ?? 200, { ...reply.headers, ...length }).end(body);
}

/** Promises the whole body, sends half, and hangs up. */
function sendTruncated(outgoing: ServerResponse, reply: SandboxReply): void {
  const body = Buffer.from(reply.body);
  outgoing.writeHead(reply.status ?? 200, { ...reply.headers, 'content-length': body.length });
  outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.destroy());
}

function sendDrip(outgoing: ServerResponse, reply: SandboxReply): void {
  const body = Buffer.from(reply.body);
  let sent = 0;
  outgoing.writeHead(reply.status ?? 200, { ...reply.headers, 'content-length': body.length });
  const drip = setInterval(
    () => {
      outgoing.write(body.subarray(sent, ++sent));
      if (sent >= body.length) outgoing.end();
    },
    Math.max(DRIP_MS, LEAST_DRIP_MS / Math.max(1, body.length)),
  );
  outgoing.once('close', () => clearInterval(drip));
}

/** Sends the caller to this machine, where the answer would be. */
export function redirect(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const location = `http://${incoming.headers.host}${REDIRECTED}${incoming.url}`;
  outgoing.writeHead(307, { location, 'content-length': 0 }).end();
}

/** Turns a reply into one that careless parsers take: works in every charset that has ASCII's characters where ASCII has them. */
function hostile(body: Buffer): Buffer {
  const text = body.toString('latin1');
  if (text.trimStart().startsWith('{')) return Buffer.from(text.replace('{', '{"twice":1,"twice":2,'), 'latin1');
  const prologue = /^\s*<\?xml[^>]*\?>/.exec(text)?.[0] ?? '';
  return Buffer.from(`${prologue}<!DOCTYPE a [<!ENTITY b "c">]>${text.slice(prologue.length)}`, 'latin1');
}

/** The rows of a batch as a fault wants them. */
export function disturbed<T>(rows: readonly T[], fault: Fault): readonly T[] {
  if (fault === 'reordered') return rows.toReversed();
  if (fault === 'missing') return rows.slice(0, -1);
  return fault === 'doubled' ? [...rows, ...rows.slice(0, 1)] : rows;
}

/** The agency's clock, an hour ahead under the fault `skew`. */
export const skewed = (clock: Clock, faults: FaultSwitch, agency: string): Clock => ({
  now: () => clock.now() + (faults.of(agency) === 'skew' ? SKEW_MS : 0),
});
