import { civilDateOf, type DayNumber, dayOf } from './civil-date.ts';
import { STOP_REASONS, type StopReason } from './reasons.ts';
import type { Stop } from './types.ts';

/** Days that are not counted: after `after`, up to and including `last`. `last` is Infinity for a stop without an end. */
export interface Block {
  readonly after: DayNumber;
  readonly last: DayNumber;
  readonly reasons: readonly StopReason[];
}

const RANK = Object.keys(STOP_REASONS);

/**
 * Stops as blocks that neither overlap nor touch, in order of time. A stop follows the rule of every period: the day on
 * which it begins is not part of it, the day on which it ends is (Civil Code 民法典, article 201). So a stop within one day
 * stops nothing. Throws a RangeError for a stop that ends before it begins.
 */
export function mergeStops(stops: readonly Stop[]): readonly Block[] {
  const merged: Block[] = [];
  for (const block of stops.map(toBlock).sort(inOrder)) {
    const previous = merged.at(-1);
    if (block.after === block.last) continue;
    if (previous && block.after <= previous.last) merged.splice(-1, 1, joined(previous, block));
    else merged.push(block);
  }
  return merged;
}

/** The block that covers a day. */
export function blockAt(blocks: readonly Block[], day: DayNumber): Block | undefined {
  return blocks.find(({ after, last }) => after < day && day <= last);
}

function toBlock({ from, until, reason }: Stop): Block {
  const after = dayOf(from);
  const last = until === undefined ? Number.POSITIVE_INFINITY : dayOf(until);
  if (until !== undefined && last < after)
    throw new RangeError(`the stop from ${civilDateOf(from)} (${reason}) ends on ${civilDateOf(until)}, before it begins`);
  return { after, last, reasons: [reason] };
}

function joined(one: Block, other: Block): Block {
  return { after: one.after, last: Math.max(one.last, other.last), reasons: [...new Set([...one.reasons, ...other.reasons])] };
}

/** Total, so that the order in which stops are given changes nothing, not even the order of the reasons. */
function inOrder(one: Block, other: Block): number {
  const rank = (block: Block) => RANK.indexOf(block.reasons.join());
  return one.after - other.after || rank(one) - rank(other);
}
