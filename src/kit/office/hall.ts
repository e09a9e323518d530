import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'undici';
import { z } from 'zod';

/** A gateway as it makes itself known: where it listens, and the secret of its run. */
export const Gateway = z.strictObject({ url: z.url({ protocol: /^https?$/ }), secret: z.string().min(1) });
export type Gateway = z.infer<typeof Gateway>;

const Gateways = z.array(Gateway);
const MOST_GATEWAYS = 8;
const PATIENCE_MS = 10_000;
/** A gateway that is gone must not hold up whoever moves the clock. */
const NOTICE_MS = 1_000;

/** A call-back as an agency sends it: signed, in its own format. */
export interface CallbackMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** The hall, as sandbox agencies reach it: the gateways that made themselves known, the latest first. */
export class HallDoor {
  readonly #file: string | undefined;
  #gateways: readonly Gateway[];

  /** `file`: where the gateways are kept; undefined keeps them in memory. */
  constructor(file?: string) {
    this.#file = file;
    const kept = Gateways.safeParse(file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
    this.#gateways = kept.data ?? [];
  }

  register(gateway: Gateway): void {
    this.#gateways = [gateway, ...this.#gateways.filter(({ url }) => url !== gateway.url)].slice(0, MOST_GATEWAYS);
    if (this.#file) writeFileSync(this.#file, JSON.stringify(this.#gateways), { mode: 0o600 });
  }

  /** Calls back at the first gateway that answers. Resolves to whether the hall took it. */
  async callBack(connector: string, { headers, body }: CallbackMessage): Promise<boolean> {
    for (const { url } of this.#gateways) {
      const status = await posted(new URL(`/callbacks/${connector}`, url), headers, body, PATIENCE_MS);
      if (status !== undefined) return status < 300;
    }
    return false;
  }

  /** Tells all gateways how far the clock is ahead now. */
  async clockMoved(aheadMs: number): Promise<void> {
    const body = JSON.stringify({ aheadMs });
    const tell = ({ url, secret }: Gateway) =>
      posted(new URL('/sandbox/clock', url), { 'x-yimen-run': secret, 'content-type': 'application/json' }, body, NOTICE_MS);
    await Promise.all(this.#gateways.map(tell));
  }
}

/** The status of the answer; undefined when nobody answered. */
async function posted(url: URL, headers: CallbackMessage['headers'], body: CallbackMessage['body'], patienceMs: number) {
  const reply = await request(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined);
  await reply?.body.dump().catch(() => undefined);
  return reply?.statusCode;
}
