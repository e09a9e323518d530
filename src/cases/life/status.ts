import { FINAL, type Phase } from './facts.ts';

/** Where a whole case stands; computed from its items. */
export type CaseStatus = 'DRAFT' | 'IN_PROGRESS' | 'CORRECTION' | 'STUCK' | 'GRANTED' | 'PARTLY_GRANTED' | 'REFUSED' | 'WITHDRAWN';

/** Phases that wait for a person of the hall. */
export const STUCK: ReadonlySet<Phase> = new Set(['UNKNOWN', 'DISPUTED']);

/** What asks for somebody's hand is shown before what goes on by itself. */
export function statusOf(phases: readonly Phase[]): CaseStatus {
  if (phases.some((phase) => STUCK.has(phase))) return 'STUCK';
  if (phases.includes('CORRECTION')) return 'CORRECTION';
  if (phases.every((phase) => phase === 'DRAFT')) return 'DRAFT';
  if (!phases.every((phase) => FINAL.has(phase))) return 'IN_PROGRESS';
  if (phases.every((phase) => phase === 'GRANTED')) return 'GRANTED';
  if (phases.includes('GRANTED')) return 'PARTLY_GRANTED';
  return phases.every((phase) => phase === 'WITHDRAWN') ? 'WITHDRAWN' : 'REFUSED';
}
