/** What stands in the way 障碍: rules as a table, over what agencies said, over the items, over the notice. */
import type { CivilDate } from '../calendar/index.ts';
import type { Catalogue, Theme } from '../catalogue/index.ts';
import { agencyName, defectText } from './notes.ts';
import type { FoundLine } from './notice.ts';
import type { Outline, OutlineStep } from './outline.ts';
import { RECORD_RULES, type Verdict } from './record-rules.ts';
import type { Blocker, Known } from './types.ts';

/** What blockers are looked for in. */
export interface BlockerTask {
  readonly theme: Theme;
  readonly startOn: CivilDate;
  readonly outline: Outline;
  readonly notice: readonly FoundLine[];
  readonly known: Known;
  readonly catalogue: Catalogue;
}

const GRAVEST_FIRST: readonly Blocker['severity'][] = ['STOPS', 'LIMITS', 'INFORMS'];

/** Everything that stands in the way, the gravest first. */
export function blockersOf(task: BlockerTask): readonly Blocker[] {
  const found = [...itemBlockers(task), ...recordBlockers(task), ...certificateBlockers(task)];
  return found.toSorted((a, b) => GRAVEST_FIRST.indexOf(a.severity) - GRAVEST_FIRST.indexOf(b.severity));
}

/** Powers that stayed elsewhere, and what cannot be granted there at present. */
function itemBlockers({ outline, catalogue }: BlockerTask): Blocker[] {
  const kept = outline.planned.filter(({ item }) => item.retainedKind === 'not-delegated');
  return kept.map((step) => (step.item.blocked ? notFixed(step, outline, catalogue) : forwarded(step, catalogue)));
}

function forwarded({ item }: OutlineStep, catalogue: Catalogue): Blocker {
  const agency = item.retainedBy ?? item.agency;
  const name = agencyName(agency, catalogue);
  return {
    kind: 'RETAINED_ELSEWHERE',
    severity: 'INFORMS',
    agency,
    items: [item.code],
    what: { zh: `“${item.nameZh}”的权力未下放，由${name.zh}决定。`, en: `${name.en} kept the power and decides “${item.nameEn}”.` },
    toDo: {
      zh: '仍在本大厅一并提交，由大厅转送，无需另行前往。',
      en: 'File it here with everything else: the hall forwards it, and you need not go there.',
    },
  };
}

function notFixed(step: OutlineStep, outline: Outline, catalogue: Catalogue): Blocker {
  const { item } = step;
  const agency = item.retainedBy ?? item.agency;
  const name = agencyName(agency, catalogue);
  return {
    kind: 'QUOTA_NOT_FIXED',
    severity: 'STOPS',
    agency,
    items: withDownstream([item.code], outline),
    what: {
      zh: `总量基数尚未核定，“${item.nameZh}”目前无法批准。`,
      en: `The quota's baseline is not fixed: “${item.nameEn}” cannot be granted at present.`,
    },
    toDo: {
      zh: `请由大厅向${name.zh}确认基数核定时间；不依赖该事项的步骤可先行申报。`,
      en: `Let the hall ask ${name.en} when the baseline will be fixed; steps that do not wait for it can be filed meanwhile.`,
    },
  };
}

/** What agencies said of the enterprise. */
function recordBlockers({ theme, startOn, outline, known, catalogue }: BlockerTask): Blocker[] {
  return RECORD_RULES.flatMap(({ kind, section, judge }) => {
    const reading = known('enterprise', section);
    if (reading.kind !== 'value') return [];
    const verdicts = judge({ value: reading.value, agency: reading.provenance.agency, on: startOn, theme, outline });
    return verdicts.map((verdict) => fromVerdict(kind, verdict, reading.provenance.agency, { outline, catalogue }));
  });
}

function fromVerdict(
  kind: Blocker['kind'],
  verdict: Verdict,
  answering: string,
  { outline, catalogue }: Pick<BlockerTask, 'outline' | 'catalogue'>,
): Blocker {
  const { severity, touched, what, toDo } = verdict;
  const agency = inCatalogue(verdict.agency, answering, catalogue);
  return { kind, severity, agency, items: withDownstream(touched, outline), what, toDo: toDo(agencyName(agency, catalogue)) };
}

/** Records may name bodies that the hall's catalogue lacks: then whoever answered can say more. */
const inCatalogue = (named: string, answering: string, catalogue: Catalogue): string => (catalogue.agency(named) ? named : answering);

/** Papers that no longer hold, where an item insists on them. Who winds up need not renew them. */
function certificateBlockers({ theme, notice, catalogue }: BlockerTask): Blocker[] {
  if (theme.windsUp) return [];
  return notice.flatMap(({ line, finding }) => {
    if (finding?.kind !== 'invalid' || !line.required) return [];
    const { material, kind, neededBy: items } = line;
    const agency = inCatalogue(finding.issuer, finding.provenance.agency, catalogue);
    const [name, defect] = [agencyName(agency, catalogue), defectText(finding.defect)];
    return {
      kind: 'CERTIFICATE_INVALID',
      severity: kind === 'MAY_FOLLOW' ? 'LIMITS' : 'STOPS',
      agency,
      items,
      what: { zh: `${material.nameZh}${defect.zh}。`, en: `${material.nameEn}: it ${defect.en}.` },
      toDo:
        finding.defect === 'MORTGAGED'
          ? {
              zh: `请先到${name.zh}办理抵押注销，或取得抵押权人同意。`,
              en: `Have the mortgage discharged at ${name.en}, or bring the mortgagee's consent.`,
            }
          : { zh: `请先向${name.zh}更新该证照。`, en: `Have it renewed by ${name.en} first.` },
    } satisfies Blocker;
  });
}

/** Items, and everything planned that waits for them. */
function withDownstream(codes: readonly string[], { planned, upstream }: Outline): readonly string[] {
  const touched = new Set(codes);
  return planned.map(({ item }) => item.code).filter((code) => touched.has(code) || codes.some((before) => upstream(code).has(before)));
}
