import { z } from 'zod';
import { type Charset, charsetOf, encodeText } from '../codec/charset.ts';
import { DecodeError } from '../codec/decode-error.ts';
import { decodeXml, encodeXml } from '../codec/xml.ts';
import type { Call } from '../types.ts';
import { textOf } from './content.ts';
import { type LinkOptions, type LinkTools, link, type Meanings, meant } from './link.ts';
import { statusFault, translate } from './translate.ts';
import type { WireResponse } from './wire.ts';

const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';

export interface SoapOptions extends LinkOptions {
  /** Namespace of the operations. */
  readonly namespace: string;
  /** Charset of both directions. Default utf-8. */
  readonly charset?: Charset;
  /** Elements that may repeat. */
  readonly arrays?: readonly string[];
  /** What a fault code means; the prefix is dropped. A code that is not listed means `REFUSED`. */
  readonly meanings?: Meanings;
}

/** SOAP 1.1, document/literal. */
export interface SoapClient {
  /** The checked content of the body's one element, or null when the fault means "no such record". All values are text. */
  request<T>(operation: string, message: Readonly<Record<string, unknown>>, shape: z.ZodType<T>, call: Call): Promise<T | null>;
}

const Reply = z.object({ Envelope: z.object({ Body: z.record(z.string(), z.unknown()) }) });
const Fault = z.object({ faultcode: z.string() });

export function soapClient(options: SoapOptions, tools: LinkTools): SoapClient {
  const charset = options.charset ?? 'utf-8';
  const out = link(options, { ...tools, engine: soapFaultsAreReplies(tools.engine) });
  return {
    async request(operation, message, shape, call) {
      const headers = { 'content-type': `text/xml; charset=${charset}`, soapaction: `"${options.namespace}/${operation}"` };
      const body = encodeText(envelope(operation, message, options.namespace, charset), charset);
      const reply = await out.send({ method: 'POST', headers, body }, call);
      try {
        if (reply.status === 404) throw statusFault(reply, call, tools.clock.now());
        const content = bodyOf(reply, charset, options.arrays);
        call.onStep?.('decoded', content);
        if (!('Fault' in content)) return shape.parse(content[`${operation}Response`]);
        const code = Fault.parse(content['Fault']).faultcode.replace(/^.*:/, '');
        return meant(options.meanings ?? {}, code, call);
      } catch (cause) {
        throw translate(cause, call);
      }
    },
  };
}

/** SOAP 1.1 sends its faults with status 500; only an XML body makes it a fault rather than a broken server. */
function soapFaultsAreReplies(engine: LinkTools['engine']): LinkTools['engine'] {
  return {
    ...engine,
    async send(request, limits) {
      const reply = await engine.send(request, limits);
      const isFault = reply.status === 500 && /^text\/xml/i.test(reply.headers['content-type'] ?? '');
      return isFault ? { ...reply, status: 200 } : reply;
    },
  };
}

function bodyOf(reply: WireResponse, charset: Charset, arrays: readonly string[] = []): Record<string, unknown> {
  const text = textOf(reply, /^(?:text|application)\/xml$/, charset);
  // The prologue's own word counts too: UTF-8 bytes can pass for gb18030 and turn names into other names.
  const label = /^<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(text)?.[1];
  if (label && charsetOf(label) !== charset) throw new DecodeError('the reply has another charset than the contract says');
  return Reply.parse(decodeXml(text, { arrays })).Envelope.Body;
}

function envelope(operation: string, message: Readonly<Record<string, unknown>>, namespace: string, charset: Charset): string {
  const body = { [`ns:${operation}`]: { '@xmlns:ns': namespace, ...message } };
  const xml = encodeXml({ 'soap:Envelope': { '@xmlns:soap': ENVELOPE, 'soap:Body': body } });
  return `<?xml version="1.0" encoding="${charset}"?>${xml}`;
}
