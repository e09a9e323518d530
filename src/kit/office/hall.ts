import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'undici';
import { z } from 'zod';

const Addresses = z.array(z.url());
const MOST_ADDRESSES = 8;
const PATIENCE_MS = 10_000;

/** A call-back as an agency sends it: signed, in its own format. */
export interface CallbackMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** The hall, as sandbox agencies reach it: the gateways that gave their address, the latest first. */
export class HallDoor {
  readonly #file: string | undefined;
  #addresses: readonly string[];

  /** `file`: where the addresses are kept; undefined keeps them in memory. */
  constructor(file?: string) {
    this.#file = file;
    this.#addresses = file && existsSync(file) ? Addresses.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
  }

  /** A gateway says where it listens. */
  register(url: string): void {
    this.#addresses = [url, ...this.#addresses.filter((known) => known !== url)].slice(0, MOST_ADDRESSES);
    if (this.#file) writeFileSync(this.#file, JSON.stringify(this.#addresses));
  }

  /** Calls back at the first gateway that answers. Resolves to whether the hall took it. */
  async callBack(connector: string, { headers, body }: CallbackMessage): Promise<boolean> {
    for (const address of this.#addresses) {
      const url = new URL(`/callbacks/${connector}`, address);
      const reply = await request(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => undefined);
      await reply?.body.dump();
      if (reply) return reply.statusCode < 300;
    }
    return false;
  }
}
