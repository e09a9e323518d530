import { z } from 'zod';
import { type Charset, charsetOf, encodeText } from '../codec/charset.ts';
import { DecodeError } from '../codec/decode-error.ts';
import { decodeXml, encodeXml } from '../codec/xml.ts';
import type { Call } from '../types.ts';
import { textOf } from './content.ts';
import { type LinkOptions, type LinkTools, link, type Meanings, meant } from './link.ts';
import { statusFault, translate } from './translate.ts';
import type { WireResponse } from './wire.ts';

/** What the versions of SOAP differ in. */
const VERSIONS = {
  '1.1': { envelope: 'http://schemas.xmlsoap.org/soap/envelope/', media: 'text/xml', faultStatus: /^500$/ },
  '1.2': { envelope: 'http://www.w3.org/2003/05/soap-envelope', media: 'application/soap+xml', faultStatus: /^(?:400|500)$/ },
} as const;

export interface SoapOptions extends LinkOptions {
  /** Namespace of the operations. */
  readonly namespace: string;
  /** Charset of both directions. Default utf-8. */
  readonly charset?: Charset;
  /** Elements that may repeat. */
  readonly arrays?: readonly string[];
  /** What a fault code means; the prefix is dropped. A code that is not listed means `REFUSED`. In 1.2 the innermost subcode. */
  readonly meanings?: Meanings;
  /** Default 1.1. */
  readonly version?: keyof typeof VERSIONS;
  /** What goes into the header of each message, where the agency wants one; prefixes are declared there (`@xmlns:a`). */
  readonly header?: (operation: string, call: Call) => Readonly<Record<string, unknown>>;
}

/** An operation whose elements are not named as usual. What is left out follows the operation's name. */
export interface SoapOperation {
  /** The element of the request. */
  readonly element: string;
  /** Its namespace, where it is not the client's. */
  readonly namespace?: string;
  /** The element of the reply. Default: the request's with `Response`. */
  readonly reply?: string;
  /** The SOAP action. Default: namespace, slash, element. */
  readonly action?: string;
}

/**
 * SOAP 1.1 or 1.2, document/literal and rpc/literal. Names of a message's elements are sent as they are: `ns:name` is in the
 * operation's namespace, other prefixes are declared by the message itself (`@xmlns:a`).
 */
export interface SoapClient {
  /** The checked content of the body's one element, or null when the fault means "no such record". All values are text. */
  request<T>(
    operation: string | SoapOperation,
    message: Readonly<Record<string, unknown>>,
    shape: z.ZodType<T>,
    call: Call,
  ): Promise<T | null>;
}

const Reply = z.object({ Envelope: z.object({ Body: z.record(z.string(), z.unknown()) }) });
const Fault = z.object({ faultcode: z.string() });
interface Code {
  readonly Value: string;
  readonly Subcode?: Code | undefined;
}
const Code: z.ZodType<Code> = z.lazy(() => z.object({ Value: z.string(), Subcode: Code.optional() }));
const Fault12 = z.object({ Code });

export function soapClient(options: SoapOptions, tools: LinkTools): SoapClient {
  const charset = options.charset ?? 'utf-8';
  const version = VERSIONS[options.version ?? '1.1'];
  const out = link(options, { ...tools, engine: soapFaultsAreReplies(tools.engine, version) });
  return {
    async request(named, message, shape, call) {
      const operation = whole(named, options.namespace);
      const headers = headersOf(operation, version, charset);
      const header = options.header?.(operation.element, call);
      const body = encodeText(envelope(operation, message, { namespace: version.envelope, charset, header }), charset);
      const reply = await out.send({ method: 'POST', headers, body }, call);
      try {
        if (reply.status === 404) throw statusFault(reply, call, tools.clock.now());
        const content = bodyOf(reply, version.media, charset, options.arrays);
        call.onStep?.('decoded', content);
        if (!('Fault' in content)) return shape.parse(content[operation.reply]);
        return meant(options.meanings ?? {}, faultCode(content['Fault']), call);
      } catch (cause) {
        throw translate(cause, call);
      }
    },
  };
}

function whole(operation: string | SoapOperation, namespace: string): Required<SoapOperation> {
  if (typeof operation === 'string') return whole({ element: operation }, namespace);
  const { element, namespace: own = namespace } = operation;
  return { element, namespace: own, reply: operation.reply ?? `${element}Response`, action: operation.action ?? `${own}/${element}` };
}

type Version = (typeof VERSIONS)[keyof typeof VERSIONS];

/** 1.1 has a header for the action, 1.2 a parameter of the content type. */
function headersOf({ action }: Required<SoapOperation>, { media }: Version, charset: Charset): Record<string, string> {
  if (media === 'text/xml') return { 'content-type': `text/xml; charset=${charset}`, soapaction: `"${action}"` };
  return { 'content-type': `${media}; charset=${charset}${action ? `; action="${action}"` : ''}` };
}

function faultCode(fault: unknown): string {
  const old = Fault.safeParse(fault);
  if (old.success) return old.data.faultcode.replace(/^.*:/, '');
  let code = Fault12.parse(fault).Code;
  while (code.Subcode) code = code.Subcode;
  return code.Value.replace(/^.*:/, '');
}

/** SOAP sends its faults with status 500, 1.2 also with 400; only an XML body makes it a fault rather than a broken server. */
function soapFaultsAreReplies(engine: LinkTools['engine'], { media, faultStatus }: Version): LinkTools['engine'] {
  return {
    ...engine,
    async send(request, limits) {
      const reply = await engine.send(request, limits);
      const isXml = (reply.headers['content-type'] ?? '').toLowerCase().startsWith(media);
      return isXml && faultStatus.test(String(reply.status)) ? { ...reply, status: 200 } : reply;
    },
  };
}

function bodyOf(reply: WireResponse, media: string, charset: Charset, arrays: readonly string[] = []): Record<string, unknown> {
  const text = textOf(reply, media === 'text/xml' ? /^(?:text|application)\/xml$/ : /^application\/soap\+xml$/, charset);
  // The prologue's own word counts too: UTF-8 bytes can pass for gb18030 and turn names into other names.
  const label = /^<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(text)?.[1];
  if (label && charsetOf(label) !== charset) throw new DecodeError('the reply has another charset than the contract says');
  return Reply.parse(decodeXml(text, { arrays })).Envelope.Body;
}

interface EnvelopeOptions {
  readonly namespace: string;
  readonly charset: Charset;
  readonly header: Readonly<Record<string, unknown>> | undefined;
}

function envelope(
  { element, namespace }: Required<SoapOperation>,
  message: Readonly<Record<string, unknown>>,
  { namespace: own, charset, header }: EnvelopeOptions,
): string {
  // Without a namespace of its own the element stands bare.
  const body = namespace ? { [`ns:${element}`]: { '@xmlns:ns': namespace, ...message } } : { [element]: message };
  const parts = { ...(header && { 'soap:Header': header }), 'soap:Body': body };
  const xml = encodeXml({ 'soap:Envelope': { '@xmlns:soap': own, ...parts } });
  return `<?xml version="1.0" encoding="${charset}"?>${xml}`;
}
