import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent, type Dispatcher, request } from 'undici';
import { FileRefused } from '../refusal.ts';
import type { Area, Place } from './place.ts';
import { NO_BODY, type S3Credentials, signedHeaders } from './sigv4.ts';

export interface S3Options extends S3Credentials {
  /** Address of the store; buckets are paths under it. */
  readonly url: string;
  readonly bucket: string;
}

const ANSWER_MS = 10_000;
const CONNECT_MS = 3_000;

interface Asked {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly body?: { readonly path: string; readonly size: number; readonly sha256: string };
}

/** Contents in a store that speaks S3. The machine's own time signs: stores refuse what is minutes off. */
export function s3Place(options: S3Options): Place {
  const agent = new Agent({ headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS, connect: { timeout: CONNECT_MS } });
  const urlOf = (name: string, area: Area) => new URL(`${options.url.replace(/\/$/, '')}/${options.bucket}/${area}/${name}`);

  async function ask(name: string, area: Area, { method, body }: Asked): Promise<Dispatcher.ResponseData> {
    const url = urlOf(name, area);
    const content = body ? { 'content-length': String(body.size), 'content-type': 'application/octet-stream' } : {};
    const headers = signedHeaders({ method, url, headers: content, payload: body?.sha256 ?? NO_BODY, at: new Date() }, options);
    return request(url, { method, headers, dispatcher: agent, body: body ? createReadStream(body.path) : null }).catch(away);
  }

  /** Asks what is answered without a body that matters. */
  async function told(name: string, area: Area, asked: Asked, allowed: readonly number[]): Promise<number> {
    const { statusCode, body } = await ask(name, area, asked);
    await body.dump();
    if (!allowed.includes(statusCode)) throw away(new Error(`the store of files answered ${asked.method} with ${statusCode}`));
    return statusCode;
  }

  return {
    async keep({ path, sealed }, name, area) {
      await told(name, area, { method: 'PUT', body: { path, ...sealed } }, [200, 201]);
      await rm(path, { force: true });
    },
    async *read(name, area) {
      const { statusCode, body } = await ask(name, area, { method: 'GET' });
      if (statusCode === 200) return yield* body as AsyncIterable<Buffer>;
      await body.dump();
      throw away(new Error(`the store of files answered GET with ${statusCode}`));
    },
    has: async (name, area) => (await told(name, area, { method: 'HEAD' }, [200, 404])) === 200,
    remove: async (name, area) => void (await told(name, area, { method: 'DELETE' }, [200, 204, 404])),
    close: () => agent.close(),
  };
}

function away(cause: unknown): never {
  throw new FileRefused('FILE_PLACE_AWAY', cause);
}
