import type { Resolvers } from '../../schema/generated/types.ts';
import type { Catalogue } from '../catalogue/index.ts';
import { chartSvg, type Guide, type Issued, mermaid, noticePage, packed, unpacked } from '../guide/index.ts';
import type { RequestContext } from './context.ts';
import type { NoticeDesk } from './notice-desk.ts';

/** What a printed code stands for; undefined for whatever this hall did not issue, without a reason. */
export function issuedNotice(code: string, { codes }: NoticeDesk, catalogue: Catalogue): Issued | undefined {
  const content = codes.open(code);
  return content && unpacked(content, catalogue);
}

/** Resolvers of the guide's picture and of its notice on paper, in the request's language. */
export const noticeResolvers = {
  Query: { issuedNotice: (_, { code }, { notices, catalogue }) => issuedNotice(code, notices, catalogue) ?? null },
  Guide: { chart: (guide) => guide, noticeDocument: (guide, _, context) => documentOf(guide, context) },
  GuideChart: {
    mermaid: (guide, _, { language }) => mermaid(guide, language),
    svg: (guide, _, { language }) => chartSvg(guide, language),
  },
} satisfies Resolvers<RequestContext>;

function documentOf(
  guide: Guide,
  { notices, clock, catalogue, language }: RequestContext,
): { readonly code: string; readonly html: string } {
  const issuedAt = new Date(clock.now());
  const code = notices.codes.seal(packed(guide, issuedAt, catalogue));
  const { address, hall, fictional } = notices;
  const hallName = language === 'en' ? hall.nameEn : hall.nameZh;
  const html = noticePage(guide, { code, verifyUrl: address(), language, issuedAt, hallName, fictional, agency: catalogue.agency });
  return { code, html };
}
