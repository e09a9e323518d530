import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Catalogue } from '../catalogue/index.ts';
import type { Language } from '../connect/index.ts';
import { issuedNotice, type NoticeDesk } from '../graph/index.ts';
import { issuedPage, type LookupOptions, lookupPage, NOTICE_STYLE } from '../guide/index.ts';
import { languageOf } from './asking.ts';

const HEADERS = {
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex',
  'content-security-policy': `default-src 'none'; style-src '${sha256(NOTICE_STYLE.text)}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
} as const;

/** What may be shown again in the form, so that a typing error can be mended: nothing that could not be a code. */
const LIKE_A_CODE = /^[0-9A-Za-z\s-]{20,400}$/;

interface NoticesOptions {
  readonly notices: NoticeDesk;
  readonly catalogue: Catalogue;
}

interface Lookup {
  Params: { readonly code?: string };
  Querystring: { readonly code?: string | readonly string[]; readonly lang?: string | readonly string[] };
}

/** Pages on which anybody with a printed notice looks it up: no sign-in, since the code itself is what was handed over. */
export function addNotices(app: FastifyInstance, options: NoticesOptions): void {
  app.get<Lookup>('/notices', (request, reply) => show(request.query.code, request, reply, options));
  app.get<Lookup>('/notices/:code', (request, reply) => show(request.params.code, request, reply, options));
}

function show(
  asked: Lookup['Querystring']['code'],
  request: FastifyRequest<Lookup>,
  reply: FastifyReply,
  options: NoticesOptions,
): FastifyReply {
  const { notices, catalogue } = options;
  const code = typeof asked === 'string' && asked.trim() ? asked : undefined;
  const found = code === undefined ? undefined : issuedNotice(code, notices, catalogue);
  const page = pageOptions(code, languageWanted(request), notices);
  reply.headers(HEADERS).type('text/html; charset=utf-8');
  if (found) return reply.send(issuedPage(found, page));
  return reply.code(code === undefined ? 200 : 404).send(lookupPage(page));
}

function pageOptions(code: string | undefined, language: Language, { hall, address, fictional }: NoticeDesk): LookupOptions {
  const path = new URL(address()).pathname;
  return {
    language,
    hallName: language === 'en' ? hall.nameEn : hall.nameZh,
    path,
    fictional,
    ...(code !== undefined && { code: LIKE_A_CODE.test(code) ? code : '' }),
  };
}

const languageWanted = ({ query, raw }: FastifyRequest<Lookup>): Language =>
  query.lang === 'en' || query.lang === 'zh' ? query.lang : languageOf(raw);

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
