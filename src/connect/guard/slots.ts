import { AgencyError } from '../errors.ts';
import type { Waiting } from '../types.ts';

interface Waiter {
  readonly isKiosk: boolean;
  go(): void;
}

/**
 * Places for calls to one source (a bulkhead): `concurrency` at the same time, `queue` waiting, the next one refused at
 * once. Kiosks may hold at most half of the places and half of the queue: however many people press their screens, the
 * clerks' half stays free. A place that is given up goes to the one that waits longest and may take it.
 */
export class Slots {
  readonly #concurrency: number;
  readonly #queue: number;
  readonly #waiting = new Set<Waiter>();
  #taken = 0;
  #takenByKiosks = 0;

  constructor(concurrency: number, queue: number) {
    this.#concurrency = concurrency;
    this.#queue = queue;
  }

  /** Takes a place, at once or as soon as there is one. Rejects with `THROTTLED` when the queue is full. Whoever has one gives it up. */
  take(call: Waiting): Promise<void> | undefined {
    const isKiosk = isKioskOf(call);
    if (!this.#mayEnter(isKiosk)) return this.#wait(call, isKiosk);
    this.#enter(isKiosk);
    return undefined;
  }

  /** Gives a place up. */
  giveUp(call: Waiting): void {
    const isKiosk = isKioskOf(call);
    this.#taken--;
    if (isKiosk) this.#takenByKiosks--;
    if (this.#waiting.size > 0) this.#letIn();
  }

  #mayEnter(isKiosk: boolean): boolean {
    if (this.#taken >= this.#concurrency) return false;
    return !isKiosk || this.#takenByKiosks < half(this.#concurrency);
  }

  #enter(isKiosk: boolean): void {
    this.#taken++;
    if (isKiosk) this.#takenByKiosks++;
  }

  async #wait(call: Waiting, isKiosk: boolean): Promise<void> {
    if (call.signal.aborted) throw call.signal.reason;
    if (this.#waiting.size >= this.#queue || (isKiosk && this.#kiosksWaiting() >= half(this.#queue))) throw full(call);
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        isKiosk,
        go() {
          call.signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      const giveUp = () => {
        call.signal.removeEventListener('abort', giveUp);
        this.#waiting.delete(waiter);
        reject(call.signal.reason);
      };
      this.#waiting.add(waiter);
      call.signal.addEventListener('abort', giveUp);
    });
  }

  /** The longest waiting who may have it gets the place. */
  #letIn(): void {
    for (const waiter of this.#waiting) {
      if (!this.#mayEnter(waiter.isKiosk)) continue;
      this.#waiting.delete(waiter);
      this.#enter(waiter.isKiosk);
      waiter.go();
      return;
    }
  }

  #kiosksWaiting(): number {
    let kiosks = 0;
    for (const { isKiosk } of this.#waiting) if (isKiosk) kiosks++;
    return kiosks;
  }
}

const isKioskOf = ({ caller }: Waiting): boolean => caller.role === 'kiosk';

/** At least one, so that a kiosk can be served by a source that takes one call at a time. */
const half = (places: number): number => Math.max(1, Math.floor(places / 2));

const full = (call: Waiting) => new AgencyError(call, 'THROTTLED', { retryAfterMs: 1_000, private: { reason: 'queue full' } });
