import type { Agency } from '../../catalogue/index.ts';
import type { Language } from '../../connect/index.ts';
import { nameOf } from '../chart/boxes.ts';
import { type DrawnStep, drawnSteps } from '../chart/drawn.ts';
import { type Markup, markup } from '../markup.ts';
import type { Blocker, Guide, NoticeKind, NoticeLine, Sentence } from '../types.ts';
import { type Door, doorsOf } from './doors.ts';
import { qrSvg } from './qr.ts';
import { htmlPage } from './style.ts';
import { type NoticeWords, noticeWords } from './words.ts';

/** The order in which an applicant needs them: what to do first, then what to sign, then what others see to. */
export const KIND_ORDER: readonly NoticeKind[] = ['TO_BRING', 'MAY_FOLLOW', 'FROM_FORM', 'FETCHED', 'MADE'];

/** A list this long is set in two columns, to save paper. */
const TWO_COLUMNS = 4;

export interface NoticePageOptions {
  /** As it is printed, in groups. */
  readonly code: string;
  /** Address at which codes are looked up; the code is put behind it. */
  readonly verifyUrl: string;
  readonly language: Language;
  readonly issuedAt: Date;
  readonly hallName: string;
  /** Whether what agencies say is invented; then the page says so. */
  readonly fictional: boolean;
  readonly agency: (id: string) => Agency | undefined;
}

interface Sheet extends NoticePageOptions {
  readonly guide: Guide;
  readonly words: NoticeWords;
  readonly steps: readonly DrawnStep[];
  readonly doors: readonly Door[];
  readonly say: (sentence: Sentence) => string;
  readonly agencyName: (id: string) => string;
  readonly numberOf: (code: string) => number | undefined;
}

/** The one-time notice as a standalone page for A4: materials by what to do with them, blockers, steps with dates and doors, its code. */
export function noticePage(guide: Guide, options: NoticePageOptions): string {
  const sheet = sheetOf(guide, options);
  const { words, language } = sheet;
  const name = nameOf(guide.theme, language);
  const body = markup`${header(sheet, name)}
${verification(sheet)}
${blockers(sheet)}
${KIND_ORDER.map((kind) => group(kind, sheet))}
${list(
  words.questions,
  guide.openQuestions.map((question) => markup`<li class="dot">${language === 'en' ? question.textEn : question.textZh}</li>`),
)}
${list(
  words.unchecked,
  guide.unchecked.map(
    ({ agency, consequence }) => markup`<li class="dot">${agency && `${sheet.agencyName(agency)}: `}${sheet.say(consequence)}</li>`,
  ),
)}
${informed(sheet)}
${doorList(sheet)}
${stepTable(sheet)}`;
  return htmlPage(words.lang, `${words.title} · ${name}`, body);
}

function sheetOf(guide: Guide, options: NoticePageOptions): Sheet {
  const steps = drawnSteps(guide);
  const numbers = new Map(steps.map(({ item, number }) => [item.code, number]));
  const agencyName = (id: string) => {
    const agency = options.agency(id);
    return agency ? nameOf(agency, options.language) : id;
  };
  return {
    ...options,
    guide,
    steps,
    words: noticeWords(options.language),
    doors: doorsOf(steps, options.agency),
    say: ({ zh, en }) => (options.language === 'en' ? en : zh),
    agencyName,
    numberOf: (code) => numbers.get(code),
  };
}

function header({ guide, words, issuedAt, hallName, fictional, verifyUrl, code }: Sheet, name: string): Markup {
  const { notice, timeline } = guide;
  const asked = notice.reduce((sum, { neededBy }) => sum + neededBy.length, 0);
  const bring = notice.filter(({ kind, required }) => kind === 'TO_BRING' && required).length;
  return markup`<header><div>
<p class="hall">${hallName}${fictional ? markup` <span class="tag">${words.fictional}</span>` : undefined}</p>
<h1>${words.title} · ${name}</h1>
<p>${words.issued(issuedAt)}</p>
<p>${words.plan(timeline.startOn, timeline.finishOn, timeline.workingDays)}</p>
<p class="counts">${words.counts(asked, notice.length, bring)}</p>
</div><div class="qr">${qrSvg(`${verifyUrl}/${code.replaceAll('-', '')}`, words.qr)}${words.verify}</div></header>`;
}

/** What must be mended, or limits what can be had: before everything else. */
function blockers(sheet: Sheet): Markup | undefined {
  const serious = sheet.guide.blockers.filter(({ severity }) => severity !== 'INFORMS');
  if (serious.length === 0) return undefined;
  return markup`<section class="stops"><h3>${sheet.words.blockers}</h3><ul>${serious.map((blocker) => blockerLine(blocker, sheet))}</ul></section>`;
}

/** What the hall sees to. */
const informed = (sheet: Sheet): Markup | undefined =>
  list(
    sheet.words.informed,
    sheet.guide.blockers.filter(({ severity }) => severity === 'INFORMS').map((blocker) => blockerLine(blocker, sheet)),
  );

function blockerLine({ severity, agency, items, what, toDo }: Blocker, { words, say, agencyName, numberOf }: Sheet): Markup {
  const steps = items.flatMap((code) => numberOf(code) ?? []);
  const touched = steps.length > 0 ? ` · ${words.usedBy(steps)}` : '';
  const tag = severity === 'INFORMS' ? undefined : markup` <span class="tag">${words.severities[severity]}</span>`;
  return markup`<li class="dot"><b>${say(what)}</b>${tag}<br>${say(toDo)}<small>${agencyName(agency)}${touched}</small></li>\n`;
}

function group(kind: NoticeKind, sheet: Sheet): Markup | undefined {
  const { guide, words } = sheet;
  const lines = guide.notice.filter((line) => line.kind === kind);
  if (lines.length === 0 && kind !== 'TO_BRING') return undefined;
  const { title, hint } = words.groups[kind];
  const sorted = [...lines].sort(
    (a, b) => Number(b.required) - Number(a.required) || (a.follows?.by ?? '').localeCompare(b.follows?.by ?? ''),
  );
  return markup`<section><h2>${title} (${lines.length})</h2><p class="hint">${lines.length > 0 ? hint : words.none}</p>
<ul${sorted.length >= TWO_COLUMNS ? markup` class="two"` : undefined}>${sorted.map((line) => material(line, sheet))}</ul></section>`;
}

function material(line: NoticeLine, sheet: Sheet): Markup {
  const { words, language, say, numberOf } = sheet;
  const used = line.neededBy.flatMap((code) => numberOf(code) ?? []);
  const ticked = line.kind === 'TO_BRING' || line.kind === 'MAY_FOLLOW' || line.kind === 'FROM_FORM';
  const details = [...howOf(line, sheet), used.length > 0 ? words.usedBy(used) : undefined].filter((text) => text !== undefined);
  return markup`<li class="${ticked ? 'box' : 'dot'}">${nameOf(line.material, language)}${line.required ? '' : markup` <span class="tag">${words.ifApplies}</span>`}${
    line.follows && markup` <b>${words.follows(line.follows.by)}</b>`
  }<small>${details.join(' · ')}${line.note && markup`<br>${say(line.note)}`}</small></li>\n`;
}

/** How a material gets to the hall, beyond its kind. */
function howOf({ kind, material, madeBy, fetched }: NoticeLine, { words, agencyName, numberOf }: Sheet): readonly string[] {
  const step = madeBy === null ? undefined : numberOf(madeBy);
  if (kind === 'MADE') return step === undefined ? [] : [words.madeBy(step)];
  if (kind === 'FETCHED') return fetched ? [words.from(agencyName(fetched.agency)), words.validity(fetched.valid, fetched.validTo)] : [];
  return kind === 'FROM_FORM' ? [] : [words.forms[material.form]];
}

const list = (title: string, entries: readonly Markup[]): Markup | undefined =>
  entries.length === 0 ? undefined : markup`<section><h2>${title}</h2><ul>${entries}</ul></section>`;

function stepTable({ guide, steps, doors, words, language }: Sheet): Markup {
  const rows = steps.map(({ number, item, status, schedule, forwardedTo }) => {
    const door = doors.find(({ handles }) => handles.includes(item.code));
    const until = item.promisedWorkingDays === 0 ? words.onTheSpot : (schedule.promised.due ?? '');
    const where = forwardedTo ? words.forwarded(nameOf(forwardedTo, language)) : door && markup`<b>${door.letter}</b>`;
    const open = status === 'UNDECIDED' ? markup` <span class="tag">${words.undecided}</span>` : undefined;
    return markup`<tr><td>${number}</td><td>${nameOf(item, language)}${open}</td><td>${schedule.fileOn}</td><td>${until}</td><td>${where}</td></tr>\n`;
  });
  const years = guide.timeline.assumedYears;
  return markup`<section><h2>${words.steps}</h2>
<table><thead><tr>${words.columns.map((column) => markup`<th>${column}</th>`)}</tr></thead><tbody>
${rows}</tbody></table>${years.length > 0 ? markup`<p class="hint">${words.assumed(years)}</p>` : undefined}</section>`;
}

const doorList = ({ doors, words, language }: Sheet): Markup | undefined =>
  list(
    words.doors,
    doors.map(({ letter, agency }) => {
      const hours = agency.opens ? words.opens(agency.opens) : undefined;
      const place = [agency.address, agency.window, hours].filter((text) => text !== undefined);
      return markup`<li><b class="letter">${letter}</b>${nameOf(agency, language)}<small>${place.join(' · ')}</small></li>\n`;
    }),
  );

const verification = ({ words, verifyUrl, code }: Sheet): Markup =>
  markup`<section class="verify"><p>${words.code} <span class="code">${code}</span></p>
<p class="hint">${words.verifyHint} <span class="address">${verifyUrl}</span> ${words.privacy}</p></section>`;
