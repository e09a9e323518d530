import { z } from 'zod';
import { openForExplaining } from '../app.ts';
import { AgencyError, type OnStep } from '../connect/index.ts';
import { readSettings } from '../settings/index.ts';
import { sandboxAddress } from './running.ts';

const PATIENCE_MS = 8_000;
const HIDDEN = '(secret)';
/** What proves who asks: never shown, whatever it is made of. */
const PROOFS = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key)$/i;
const TOKENS = /((?:access|refresh|id)_token\\?"\s*:\s*\\?")[^"\\]+/g;
const LONGEST_TEXT = 4_000;

/**
 * `yimen connector explain`: asks one section for one key and prints every step with its time: string to sign, request,
 * reply, what was decoded, the record, and where it is null or why it failed. Secrets are hidden; the data are shown.
 */
export async function explainSection(section: string, key: string): Promise<void> {
  const settings = readSettings(process.env, process.cwd());
  const { engine, secrets } = await openForExplaining(
    settings.profile === 'sandbox' ? { ...settings, sandbox: sandboxAddress() } : settings,
  );
  const started = performance.now();
  const tell = (step: string, detail: unknown) =>
    console.log(`\n+${(performance.now() - started).toFixed(1)} ms  ${step}\n${indented(hidden(textOf(detail), secrets))}`);
  try {
    const served = engine.served.get(section);
    if (!served) throw new Error(`no connector serves ${section}; served are ${[...engine.served.keys()].join(', ')}`);
    console.log(`${section} is asked of ${served.agency} by the connector ${served.connector}`);
    await answer(engine, section, keyOf(key), tell);
  } finally {
    await engine.close();
  }
}

async function answer(
  engine: Awaited<ReturnType<typeof openForExplaining>>['engine'],
  section: string,
  key: unknown,
  tell: (step: string, detail: unknown) => void,
): Promise<void> {
  const onStep: OnStep = (step, detail) => tell(step, legible(detail));
  const asking = {
    caller: { role: 'integrator', actor: 'explain' },
    traceId: 'explain',
    signal: AbortSignal.timeout(PATIENCE_MS),
    onStep,
  } as const;
  try {
    const record = await engine.reader(asking).read(section, key);
    tell(record ? 'record' : 'null', record ?? 'the agency says that it knows no such record');
    const nulls = record ? nullsIn({ ...record, provenance: undefined }, '') : [];
    if (nulls.length > 0) tell('null fields', `the mapping found nothing for ${nulls.join(', ')}: compare with what was decoded`);
  } catch (error) {
    if (!(error instanceof AgencyError)) throw error;
    const { code, retryable, retryAfterMs, cause } = error;
    tell('failed', { code, retryable, retryAfterMs, ...error.private, ...(cause instanceof Error && { because: saidBy(cause) }) });
    process.exitCode = 1;
  }
}

/** What the failure behind a failure says; for a reply of another shape every place where it departs. */
const saidBy = (cause: Error): string => (cause instanceof z.ZodError ? z.prettifyError(cause) : cause.message);

function nullsIn(value: object, path: string): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    if (inner === null) return [path + name];
    return typeof inner === 'object' && !(inner instanceof Date) ? nullsIn(inner, `${path}${name}.`) : [];
  });
}

/** A key as the command line gives it: JSON where it is an object, else text. */
const keyOf = (text: string): unknown => (text.startsWith('{') ? (JSON.parse(text) as unknown) : text);

function textOf(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  return JSON.stringify(detail, readable, 2).replaceAll('\\n', '\n');
}

const readable = (name: string, value: unknown): unknown => (PROOFS.test(name) ? HIDDEN : value);

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** A request or reply with its body as text, in the charset it says it has. */
function legible(detail: unknown): unknown {
  if (typeof detail !== 'object' || detail === null || !('body' in detail) || !Buffer.isBuffer(detail.body)) return detail;
  const { headers, body } = detail as Message;
  const label = /charset="?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  return { ...detail, body: body && new TextDecoder(label).decode(body) };
}

/** Hides every secret, also as it stands in an address or a form. */
const hidden = (text: string, secrets: readonly string[]): string =>
  secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret), new URLSearchParams({ s: secret }).toString().slice(2)])
    .filter((spelling) => spelling.length > 0)
    .reduce((shown, spelling) => shown.replaceAll(spelling, HIDDEN), text.replace(TOKENS, `$1${HIDDEN}`));

const indented = (text: string): string =>
  text
    .slice(0, LONGEST_TEXT)
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
