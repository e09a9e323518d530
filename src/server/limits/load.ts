import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** Beyond these the process answers too late for anybody, or is about to end. */
const DELAY_MS = 500;
const HEAP_SHARE = 0.9;
const LASTING_MS = 1_000;
const LOOK_MS = 250;

/** One look at the process. */
export interface LoadReading {
  readonly atMs: number;
  /** The longest that the event loop was late since the last look. */
  readonly delayMs: number;
  /** Used part of the heap's limit, 0 to 1. */
  readonly heapShare: number;
}

/** Whether the process has more to do than it can. */
export interface Load {
  readonly isOver: () => boolean;
  /** Throws {@link Overloaded}, and counts it, while it has. */
  readonly admit: () => void;
  readonly close: () => void;
}

/** The process cannot take more at present. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';

  constructor() {
    super('the gateway has too much to do at present; send the same again shortly');
  }
}

/** Judges readings one after the other: late for a second, or a heap that is nearly full. */
export function loadJudge(): (reading: LoadReading) => boolean {
  let lateSince: number | undefined;
  return ({ atMs, delayMs, heapShare }) => {
    // One pause, however long, is over when it is seen: only who is late again and again has too much to do.
    lateSince = delayMs > DELAY_MS ? (lateSince ?? atMs) : undefined;
    return heapShare > HEAP_SHARE || (lateSince !== undefined && atMs - lateSince >= LASTING_MS);
  };
}

/** Looks at this process four times a second. */
export function watchLoad(onShed: () => void): Load {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  const judge = loadJudge();
  let over = false;
  const looking = setInterval(() => {
    over = judge({ atMs: performance.now(), delayMs: delays.max / 1e6, heapShare: heapShare() });
    delays.reset();
  }, LOOK_MS).unref();
  return {
    isOver: () => over,
    admit() {
      if (!over) return;
      onShed();
      throw new Overloaded();
    },
    close() {
      clearInterval(looking);
      delays.disable();
    },
  };
}

function heapShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / limit;
}
