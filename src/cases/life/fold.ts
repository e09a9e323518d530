import type { CorrectionPoint } from '../../connect/index.ts';
import type { Fact, FactKind, Phase } from './facts.ts';
import { MOVES } from './moves.ts';

/** Why a clock stood still. */
export interface Stop {
  readonly from: Date;
  readonly until: Date | null;
  readonly reason: 'CORRECTION' | 'SPECIAL_PROCEDURE';
}

/** What a case item's facts make of it. */
export interface Standing {
  readonly phase: Phase;
  readonly reference: string | null;
  /** When it was handed in, complete: silence counts as acceptance from this day. */
  readonly receivedAt: Date | null;
  /** When all it waited for was there. */
  readonly releasedAt: Date | null;
  readonly acceptedAt: Date | null;
  readonly decidedAt: Date | null;
  /** What must be mended; empty when nothing is open. */
  readonly correction: readonly CorrectionPoint[];
  /** How often it was asked to mend something. */
  readonly corrections: number;
  readonly stops: readonly Stop[];
  readonly reason: string | null;
  /** The decision's paper, from the fact that granted. */
  readonly grantedBy: string | null;
  /** Ids of facts that changed nothing: told too late, or contrary to what stands. */
  readonly ignored: readonly string[];
}

const START: Standing = {
  phase: 'DRAFT',
  reference: null,
  receivedAt: null,
  releasedAt: null,
  acceptedAt: null,
  decidedAt: null,
  correction: [],
  corrections: 0,
  stops: [],
  reason: null,
  grantedBy: null,
  ignored: [],
};

/** Facts of the same instant in the order in which a procedure has them. */
const RANK = [
  'submitted',
  'released',
  'resend',
  'lost-sight',
  'received',
  'accepted',
  'special-started',
  'special-ended',
  'correction',
  'corrected',
  'not-accepted',
  'granted',
  'refused',
  'withdrawn',
  'dropped',
  'revoked',
  'settled',
] as const satisfies readonly FactKind[];

/**
 * Where an item stands. The outcome depends on the facts alone, never on the order in which they arrived: they are put in
 * the order in which they happened, and those that fit nowhere change nothing.
 */
export const standingOf = (facts: readonly Fact[]): Standing => inOrder(facts).reduce(next, START);

/** An agency's clock may be behind ours: what it tells cannot have happened before it could have the application. */
function inOrder(facts: readonly Fact[]): readonly Fact[] {
  const released = facts.find(({ kind }) => kind === 'released')?.at.getTime() ?? Number.NEGATIVE_INFINITY;
  const timeOf = ({ by, at }: Fact) => (by === 'desk' ? Math.max(at.getTime(), released) : at.getTime());
  return facts.toSorted((a, b) => timeOf(a) - timeOf(b) || RANK.indexOf(a.kind) - RANK.indexOf(b.kind) || (a.id < b.id ? -1 : 1));
}

function next(standing: Standing, fact: Fact): Standing {
  const phase = MOVES[standing.phase][fact.kind];
  if (!phase) return { ...standing, ignored: [...standing.ignored, fact.id] };
  return noted({ ...standing, phase }, fact, standing.phase);
}

/** What a fact adds beside the phase. */
function noted(standing: Standing, fact: Fact, before: Phase): Standing {
  const open = endStops(standing, fact.at);
  switch (fact.kind) {
    case 'submitted':
      return { ...standing, receivedAt: fact.at };
    case 'received':
      return { ...standing, reference: fact.reference };
    case 'accepted':
      return { ...open, acceptedAt: standing.acceptedAt ?? fact.at, correction: [] };
    case 'correction':
      return {
        ...open,
        correction: merged(standing.correction, fact.points),
        corrections: standing.corrections + 1,
        stops: [...open.stops, { from: fact.at, until: null, reason: 'CORRECTION' }],
      };
    case 'corrected':
      // Complete only now: an application that was never accepted counts from this day.
      return {
        ...open,
        phase: standing.acceptedAt ? 'ACCEPTED' : 'RECEIVED',
        receivedAt: standing.acceptedAt ? standing.receivedAt : fact.at,
        correction: [],
      };
    case 'special-started':
      return { ...open, stops: [...open.stops, { from: fact.at, until: null, reason: 'SPECIAL_PROCEDURE' }] };
    case 'special-ended':
      return open;
    case 'granted':
      return decided(open, fact, standing.grantedBy ?? fact.id);
    case 'settled':
      return { ...decided(open, fact, standing.grantedBy), phase: fact.as, reason: fact.reason };
    case 'not-accepted':
    case 'refused':
    case 'dropped':
    case 'revoked':
      return { ...decided(open, fact, standing.grantedBy), reason: before === 'REFUSED' ? standing.reason : fact.reason };
    case 'withdrawn':
      return decided(open, fact, null);
    case 'released':
      return { ...standing, releasedAt: fact.at };
    case 'lost-sight':
    case 'resend':
      return standing;
  }
}

const decided = (standing: Standing, { at }: Fact, grantedBy: string | null): Standing => ({
  ...standing,
  decidedAt: standing.decidedAt ?? at,
  correction: [],
  grantedBy,
});

const endStops = (standing: Standing, at: Date): Standing => ({
  ...standing,
  stops: standing.stops.map((stop) => (stop.until ? stop : { ...stop, until: at })),
});

/** A second request while one is open adds to it. */
function merged(open: readonly CorrectionPoint[], more: readonly CorrectionPoint[]): readonly CorrectionPoint[] {
  const known = new Set(open.map((point) => JSON.stringify(point)));
  return [...open, ...more.filter((point) => !known.has(JSON.stringify(point)))];
}
