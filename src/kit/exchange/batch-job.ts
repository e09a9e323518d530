import type { PGlite } from '@electric-sql/pglite';
import type { Fault } from '../faults.ts';
import { disturbed } from '../misbehaviour.ts';
import type { ExchangeSandboxReply, ExchangeSandboxSpec, OpenExchangeSandbox } from './spec.ts';

/** So soon after the database was used the job looks into it. */
const WAKE_MS = 5;
const SLOW_MS = 1_200;
const LATE_MS = 800;
/** The agency's own column: whether its job has seen a row. */
export const SEEN = 'zzbz';

/** A little more than anybody takes. */
const BOMB = 9 * 1024 * 1024;

/** How long a reply takes under a fault. */
const DELAYS: Readonly<Partial<Record<Fault, number>>> = { slow: SLOW_MS, late: LATE_MS };

/** Replies that have nothing to do with the question. */
const SPOILT: Readonly<Partial<Record<Fault, (payload: string) => string | null>>> = {
  garbage: () => '<html><body>502 Bad Gateway</body></html>',
  empty: () => null,
  truncated: (payload) => payload.slice(0, payload.length / 2),
  bom: (payload) => `\uFEFF${payload}`,
  hostile: (payload) =>
    payload.startsWith('{') ? payload.replace('{', '{"twice":1,"twice":2,') : `<!DOCTYPE a [<!ENTITY b "c">]>${payload}`,
};

export interface JobOptions {
  readonly db: PGlite;
  readonly schema: string;
  readonly spec: ExchangeSandboxSpec;
  readonly agency: OpenExchangeSandbox;
  fault(): Fault;
  /** What every reply takes, in milliseconds. */
  latencyMs(): number;
  onRequest(): void;
  /** Told when it is done with a request, one way or another. */
  onReply(): void;
}

/** The agency's batch job: picks up new requests and writes replies. It looks when the database was used, never by a clock. */
export class BatchJob {
  readonly #options: JobOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #wake: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: JobOptions) {
    this.#options = options;
  }

  wake(): void {
    if (this.#isClosed || this.#wake) return;
    this.#wake = setTimeout(() => {
      this.#wake = undefined;
      this.#run(this.#pickUp());
    }, WAKE_MS);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#wake);
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #run(work: Promise<void>): void {
    const running = work.catch((error: unknown) => console.error(`sandbox ${this.#options.spec.id}:`, error));
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  async #pickUp(): Promise<void> {
    const { db, spec, onRequest, onReply } = this.#options;
    const table = this.#table(spec.request.table);
    const { rows } = await db.query<Record<string, unknown>>(`UPDATE ${table} SET "${SEEN}" = '1' WHERE "${SEEN}" = '0' RETURNING *`);
    for (const row of rows) {
      onRequest();
      const fault = this.#options.fault();
      if (fault === 'lost') onReply();
      else this.#later(this.#options.latencyMs() + (DELAYS[fault] ?? 0), () => this.#answer(row, fault));
    }
  }

  #later(ms: number, work: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#run(work());
    }, ms);
    this.#timers.add(timer);
  }

  async #answer(row: Readonly<Record<string, unknown>>, fault: Fault): Promise<void> {
    const { spec, agency, onReply } = this.#options;
    const id = String(row[spec.request.id]);
    const reply = await agency.answer({
      id,
      service: String(row[spec.request.service]),
      payload: String(row[spec.request.payload]),
      row,
      fault,
      rows: (rows) => disturbed(rows, fault),
    });
    for (let i = 0; i < (fault === 'twice' ? 2 : 1); i++) await this.#write(id, reply, fault);
    onReply();
  }

  async #write(id: string, { payload, code }: ExchangeSandboxReply, fault: Fault): Promise<void> {
    const { db, spec } = this.#options;
    const { reply } = spec;
    const spoilt = (SPOILT[fault] ?? ((same: string) => same))(payload);
    const cells: Record<string, string | null> = { [reply.payload]: spoilt, [reply.id]: id };
    if (reply.code) cells[reply.code] = code ?? '0';
    if (reply.signature && spec.sign) cells[reply.signature] = spec.sign(id, spoilt ?? '');
    const names = Object.keys(cells).map((name) => `"${name}"`);
    const places = names.map((_, i) => `$${i + 1}`);
    // Made inside the database: on its way there it would hold up everybody else.
    if (fault === 'bomb') places[0] = `repeat(' ', ${BOMB} + length($1))`;
    await db.query(`INSERT INTO ${this.#table(reply.table)} (${names.join(', ')}) VALUES (${places.join(', ')})`, Object.values(cells));
  }

  #table(name: string): string {
    return `"${this.#options.schema}"."${name}"`;
  }
}
