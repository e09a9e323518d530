import type { Plan } from '../plan.ts';
import { emitAsk } from './ask.ts';
import { emitConnector } from './connector.ts';
import { emitGraphql } from './graphql.ts';
import { emitMap } from './map.ts';
import { emitReadme } from './readme.ts';
import { emitSamples } from './samples.ts';
import { emitSandbox } from './sandbox.ts';
import { emitTest } from './test.ts';
import { emitWire } from './wire.ts';

/** Every file of a connector's folder, by its path in it. Imports of ours are written as packages; see `relinked`. */
export function emitted(plan: Plan): ReadonlyMap<string, string> {
  const { text: ask, asking } = emitAsk(plan);
  const files: [string, string][] = [
    [`${plan.id}.graphql`, emitGraphql(plan)],
    ['wire.ts', emitWire(plan)],
    ['map.ts', emitMap(plan)],
    ['ask.ts', ask],
    ['connector.ts', emitConnector(plan, asking)],
    ['sandbox.ts', emitSandbox(plan)],
    ['sandbox/samples.ts', emitSamples(plan)],
    ['connector.test.ts', emitTest()],
    ['README.md', emitReadme(plan)],
  ];
  return new Map(files.map(([name, text]) => [name, name.endsWith('.ts') ? excused(text) : text]));
}

/** An agency may call a field what promises are asked for; our own names never do. */
const excused = (text: string): string =>
  /(?:^|[{,])\s*then\??:/m.test(text) ? `// biome-ignore-all lint/suspicious/noThenProperty: the agency's own name\n${text}` : text;
