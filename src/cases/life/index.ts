export { type Fact, type FactDetail, type FactKind, FINAL, type ItemResult, PHASES, type Phase } from './facts.ts';
export { type Standing, standingOf } from './fold.ts';
export { MOVES } from './moves.ts';
export { type CaseStatus, STUCK, statusOf } from './status.ts';
