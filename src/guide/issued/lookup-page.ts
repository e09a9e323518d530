import type { Language } from '../../connect/index.ts';
import { nameOf } from '../chart/boxes.ts';
import { type Markup, markup } from '../markup.ts';
import type { Issued, IssuedLine } from './content.ts';
import { KIND_ORDER } from './page.ts';
import { htmlPage } from './style.ts';
import { type NoticeWords, noticeWords } from './words.ts';

export interface LookupOptions {
  readonly language: Language;
  readonly hallName: string;
  readonly fictional: boolean;
  /** Where the form leads; without the code. */
  readonly path: string;
  /** As it was typed in, empty where it is not worth repeating; undefined before anything was. */
  readonly code?: string | undefined;
}

/** What somebody sees who looks a code up: what was told, and whether it still holds. */
export function issuedPage({ theme, issuedAt, startOn, lines, outdated }: Issued, options: LookupOptions): string {
  const { language, hallName } = options;
  const words = noticeWords(language);
  const name = nameOf(theme, language);
  const { lookup } = words;
  const body = markup`${hallLine(options, words)}
<h1>${words.title} · ${name}</h1>
<div class="state"><b>${lookup.genuine(hallName)}</b><br>${outdated ? lookup.outdated : lookup.current}</div>
<p>${words.issued(issuedAt)}</p>
<p>${lookup.startOn}: ${startOn}</p>
${
  lines
    ? KIND_ORDER.map((kind) =>
        groupOf(
          lines.filter((line) => line.kind === kind),
          words,
          language,
        ),
      )
    : markup`<p>${lookup.lost}</p>`
}
${links(options, words)}`;
  return htmlPage(words.lang, `${words.lookup.title} · ${name}`, body);
}

/** The form to type a code in; with a code that is none, it says so and no more. */
export function lookupPage(options: LookupOptions): string {
  const words = noticeWords(options.language);
  const { lookup } = words;
  const body = markup`${hallLine(options, words)}
<h1>${lookup.title}</h1>
${options.code === undefined ? undefined : markup`<div class="state" role="alert"><b>${lookup.unknown}</b><br>${lookup.unknownHint}</div>`}
<form method="get" action="${options.path}">
<label for="code">${lookup.ask}</label>
<input id="code" name="code" required maxlength="400" autocomplete="off" autocapitalize="characters" spellcheck="false" value="${options.code}">
<input type="hidden" name="lang" value="${options.language}">
<p class="hint">${lookup.askHint}</p>
<button>${lookup.button}</button>
</form>
${links(options, words)}`;
  return htmlPage(words.lang, lookup.title, body);
}

const hallLine = ({ hallName, fictional }: LookupOptions, words: NoticeWords): Markup =>
  markup`<p class="hall">${hallName}${fictional ? markup` <span class="tag">${words.fictional}</span>` : undefined}</p>`;

function groupOf(lines: readonly IssuedLine[], words: NoticeWords, language: Language): Markup | undefined {
  const [first] = lines;
  if (!first) return undefined;
  const entries = [...lines]
    .sort((a, b) => Number(b.required) - Number(a.required))
    .map(
      ({ material, required }) =>
        markup`<li class="dot">${nameOf(material, language)}${required ? undefined : markup` <span class="tag">${words.ifApplies}</span>`}</li>\n`,
    );
  return markup`<section><h2>${words.groups[first.kind].title} (${lines.length})</h2><ul>${entries}</ul></section>`;
}

function links({ path, code, language }: LookupOptions, { lookup }: NoticeWords): Markup {
  const here = !code ? path : `${path}/${encodeURIComponent(code)}`;
  const again = code === undefined ? undefined : markup`<a href="${path}?lang=${language}">${lookup.again}</a>`;
  return markup`<nav>${again}<a href="${here}?lang=${lookup.other.lang}" lang="${lookup.other.lang}">${lookup.other.text}</a></nav>`;
}
