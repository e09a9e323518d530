import axios, { AxiosError, type AxiosInstance } from 'axios';
import { type Ending, signalOf } from '../../clock/index.ts';
import { guardedAgents } from '../outbound/dial.ts';
import { BodyTooLarge, type EngineOptions, type HttpEngine, type WireResponse } from './wire.ts';

/**
 * The engine for integrators who bring an axios instance with interceptors of their own. axios has no limits unless told:
 * no redirects, no proxy, no unpacking (we unpack within the limit), every status is a reply.
 */
export function axiosEngine(options: EngineOptions & { readonly instance?: AxiosInstance }): HttpEngine {
  const { httpAgent, httpsAgent } = guardedAgents(options.outbound, { keepAlive: true, maxSockets: options.connections });
  const client = options.instance ?? axios.create();
  return {
    async send(request, limits): Promise<WireResponse> {
      try {
        const reply = await client.request<Buffer>({
          url: request.url.href,
          method: request.method,
          headers: { ...request.headers },
          data: request.body,
          signal: signalOf(limits.signal),
          responseType: 'arraybuffer',
          transformRequest: (data) => data,
          transformResponse: (data) => data,
          validateStatus: () => true,
          maxRedirects: 0,
          proxy: false,
          decompress: false,
          timeout: 0,
          maxContentLength: limits.maxBytes,
          maxBodyLength: limits.maxBytes,
          httpAgent,
          httpsAgent,
        });
        return { status: reply.status, headers: flat(reply.headers), body: Buffer.from(reply.data) };
      } catch (error) {
        throw translated(error, limits.signal);
      }
    },
    async close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

function translated(error: unknown, signal: Ending): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof AxiosError && /maxContentLength/.test(error.message)) return new BodyTooLarge('reply too large', { cause: error });
  return error;
}

function flat(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}
