import { type Charset, decodeText, decodeXml, encodeXml } from '../../connect/index.ts';
import type { OpenSandbox, SandboxReply, SandboxRequest } from '../sandbox.ts';
import { type AgencyCredential, isAdmitted, refusedToken } from './credentials.ts';
import { labelled } from './rest.ts';

/** One operation a SOAP agency answers. */
export interface SoapRoute {
  /** The element of the request, without prefix. */
  readonly element: string;
  readonly action: string;
  /** Elements of the request that must be there, without prefix. */
  readonly must: readonly string[];
  /** The body's one element with everything in it, as `encodeXml` takes it. */
  readonly reply: Readonly<Record<string, unknown>>;
}

export interface SoapAgencyOptions {
  readonly version: '1.1' | '1.2';
  readonly charset?: Charset;
  readonly credentials: readonly AgencyCredential[];
  readonly routes: readonly SoapRoute[];
}

const ENVELOPES = { '1.1': 'http://schemas.xmlsoap.org/soap/envelope/', '1.2': 'http://www.w3.org/2003/05/soap-envelope' };

/** An agency that answers SOAP from a contract: it checks who asks, the action and what must be given, and answers sample records. */
export function soapAgency(options: SoapAgencyOptions): OpenSandbox {
  const { version, routes, credentials, charset = 'utf-8' } = options;
  return {
    handle(request) {
      if (request.fault === 'expired' || !isAdmitted(request, credentials, new Set())) return refusedToken(request);
      const asked = askedFor(request, charset);
      const route = routes.find((it) => it.element === asked?.element && actionOf(request, version) === it.action);
      if (!asked || !route) return fault(request, options, 'no such operation');
      const lacking = route.must.find((name) => !Object.hasOwn(asked.content, name));
      return lacking ? fault(request, options, `${lacking} must be given`) : envelope(request, options, 200, route.reply);
    },
  };
}

function actionOf({ headers }: SandboxRequest, version: SoapAgencyOptions['version']): string {
  if (version === '1.1') return (headers['soapaction'] ?? '').replace(/^"|"$/g, '');
  return /action="([^"]*)"/.exec(headers['content-type'] ?? '')?.[1] ?? '';
}

function askedFor({ body }: SandboxRequest, charset: Charset): { readonly element: string; readonly content: object } | undefined {
  try {
    const { Envelope } = decodeXml(decodeText(body, charset)) as { Envelope: { Body: Record<string, unknown> } };
    const [element, content] = Object.entries(Envelope.Body)[0] ?? [];
    return element === undefined
      ? undefined
      : { element, content: typeof content === 'object' && content !== null ? content : { '#text': content } };
  } catch {
    return undefined;
  }
}

function fault(request: SandboxRequest, options: SoapAgencyOptions, text: string): SandboxReply {
  const old = { faultcode: 'soap:Client', faultstring: text };
  const now = { 'soap:Code': { 'soap:Value': 'soap:Sender' }, 'soap:Reason': { 'soap:Text': { '@xml:lang': 'en', '#text': text } } };
  return envelope(request, options, 500, { 'soap:Fault': options.version === '1.1' ? old : now });
}

function envelope(request: SandboxRequest, options: SoapAgencyOptions, status: number, body: object): SandboxReply {
  const { version, charset = 'utf-8' } = options;
  const xml = encodeXml({ 'soap:Envelope': { '@xmlns:soap': ENVELOPES[version], 'soap:Body': body } });
  const type = labelled(version === '1.1' ? 'text/xml' : 'application/soap+xml', request, charset);
  return { status, headers: { 'content-type': type }, body: request.encode(`<?xml version="1.0" encoding="${charset}"?>${xml}`) };
}
