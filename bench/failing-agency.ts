/**
 * What one failing agency costs the hall: `npm run build && npx tsx bench/failing-agency.ts`. Two minutes.
 * Figures are of one run on one machine; read them as ratios.
 */
import { enterprises, type Gateway, load, median, quantile, startGateway } from './gateway.ts';

const ROUNDS = 5;
const ROUND_MS = 6_000;
const BREAKER_PERIOD_MS = 10_000;
/** Between two questions of one clerk: the processor must not be what is measured. */
const THINK_MS = 300;
const OTHERS = `query ($uscc: UnifiedSocialCreditCode!) {
  enterprise(uscc: $uscc) { registration { nameZh } permits { items { number } } seals { items { number } } socialInsurance { insuredCount } }
}`;
const DEAD = 'query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) { tax { arrears } } }';

const uscc = (i: number) => ({ uscc: enterprises[i % enterprises.length]?.uscc });

await using gateway = await startGateway({ memory: { enabled: false } });
await hangs(gateway);
await recovers(gateway);
await failsTotally(gateway);

/** 24 clients ask four agencies, 8 ask the tax office: in turn healthy and hanging. */
async function hangs(it: Gateway): Promise<void> {
  const p99: Record<'none' | 'hang', number[]> = { none: [], hang: [] };
  let reached = 0;
  await load(32, 3_000, (i) => answered(it, i));
  for (let round = 0; round < ROUNDS; round++)
    for (const fault of ['none', 'hang'] as const) {
      await it.sandbox.setFault('tax', fault);
      if (fault === 'none') await untilAnswered(it);
      const before = await it.metric('yimen_agency_calls_total', 'connector="tax"');
      const [others] = await Promise.all([
        load(24, ROUND_MS, (i) => answered(it, i), THINK_MS),
        load(8, ROUND_MS, (i) => it.ask(DEAD, uscc(i)), THINK_MS),
      ]);
      p99[fault].push(quantile(others, 0.99));
      if (fault === 'hang') reached += (await it.metric('yimen_agency_calls_total', 'connector="tax"')) - before;
    }
  await it.sandbox.setFault('tax', 'hang');
  await load(8, 5_000, (i) => it.ask(DEAD, uscc(i)));
  const before = await it.metric('yimen_agency_calls_total', 'connector="tax"');
  await load(8, 3 * BREAKER_PERIOD_MS, (i) => it.ask(DEAD, uscc(i)), THINK_MS);
  const open = (await it.metric('yimen_agency_calls_total', 'connector="tax"')) - before;
  const [healthy, hanging] = [median(p99.none), median(p99.hang)];
  console.log(`one agency hangs, ${ROUNDS} rounds in turn, 24 clients of the others, 8 of it`);
  console.log(
    `  the others' p99: ${healthy.toFixed(1)} ms healthy, ${hanging.toFixed(1)} ms hanging: ratio ${(hanging / healthy).toFixed(2)} (goal <= 1.10)`,
  );
  console.log(`  each round: ${p99.none.map((ms) => ms.toFixed(1)).join(' ')} | ${p99.hang.map((ms) => ms.toFixed(1)).join(' ')}`);
  console.log(`  calls that reached it while its breaker opened: ${(reached / ROUNDS).toFixed(1)} a round of ${ROUND_MS / 1_000} s`);
  console.log(
    `  calls that reach it with the breaker open: ${(open / 3).toFixed(1)} per period of ${BREAKER_PERIOD_MS / 1_000} s (goal <= 5)`,
  );
}

async function recovers(it: Gateway): Promise<void> {
  await it.sandbox.setFault('tax', 'none');
  const took = await untilAnswered(it);
  console.log(`  well again: answered after ${(took / BREAKER_PERIOD_MS).toFixed(2)} periods (goal <= 2)`);
}

async function failsTotally(it: Gateway): Promise<void> {
  await it.sandbox.setFault('tax', 'down');
  const before = await it.metric('yimen_agency_calls_total', 'connector="tax"');
  for (let i = 0; i < 1_000; i++) await it.ask(DEAD, uscc(i));
  const attempts = (await it.metric('yimen_agency_calls_total', 'connector="tax"')) - before;
  console.log(`total failure: 1,000 requests, ${attempts} attempts: ${(attempts / 1_000).toFixed(3)} x (goal <= 1.1)`);
}

/** A figure of wrong answers would be none. */
async function answered(it: Gateway, i: number): Promise<void> {
  const { errors } = await it.ask(OTHERS, uscc(i));
  if (errors) throw new Error(`the others should have answered: ${JSON.stringify(errors[0])}`);
}

async function untilAnswered(it: Gateway): Promise<number> {
  const started = performance.now();
  while ((await it.ask(DEAD, uscc(0))).errors) await new Promise((resolve) => setTimeout(resolve, 50));
  return performance.now() - started;
}
