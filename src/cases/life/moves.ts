import type { FactKind, Phase } from './facts.ts';

type Moves = Partial<Record<FactKind, Phase>>;

/** A desk may tell anything from the moment it may have the application: its word may overtake our own receipt. */
const TOLD: Moves = {
  received: 'RECEIVED',
  accepted: 'ACCEPTED',
  'not-accepted': 'NOT_ACCEPTED',
  correction: 'CORRECTION',
  'special-started': 'SPECIAL',
  granted: 'GRANTED',
  refused: 'REFUSED',
  withdrawn: 'WITHDRAWN',
};
const { received: _, ...LATER } = TOLD;

/** A decision that contradicts the one that stands is for a person. */
const CONTRADICTED: Moves = { granted: 'DISPUTED', refused: 'DISPUTED', 'not-accepted': 'DISPUTED' };

/** The one table of what may follow what. What is not in it is refused: it changes nothing and is written down. */
export const MOVES: Readonly<Record<Phase, Moves>> = {
  DRAFT: { submitted: 'WAITING', withdrawn: 'WITHDRAWN' },
  WAITING: { released: 'QUEUED', dropped: 'DROPPED', withdrawn: 'WITHDRAWN' },
  QUEUED: { ...TOLD, 'lost-sight': 'UNKNOWN' },
  UNKNOWN: { ...TOLD, resend: 'QUEUED' },
  RECEIVED: LATER,
  ACCEPTED: { ...LATER, accepted: 'ACCEPTED' },
  CORRECTION: { ...LATER, corrected: 'RECEIVED' },
  SPECIAL: { ...LATER, 'special-ended': 'ACCEPTED' },
  GRANTED: { revoked: 'REVOKED', ...CONTRADICTED, granted: 'GRANTED' },
  REFUSED: { ...CONTRADICTED, refused: 'REFUSED' },
  NOT_ACCEPTED: { ...CONTRADICTED, 'not-accepted': 'NOT_ACCEPTED' },
  WITHDRAWN: {},
  DROPPED: {},
  REVOKED: {},
  DISPUTED: { settled: 'GRANTED' },
};
