import type { Plan } from '../plan.ts';
import { emitAsk } from './ask.ts';
import { emitConnector } from './connector.ts';
import { emitGraphql } from './graphql.ts';
import { indented } from './indent.ts';
import { emitMap } from './map.ts';
import { emitReadme } from './readme.ts';
import { emitSamples } from './samples.ts';
import { emitSandbox } from './sandbox.ts';
import { emitTest } from './test.ts';
import { emitTypes } from './types.ts';
import { emitWire } from './wire.ts';

/**
 * Every file of a connector's folder, by its path in it. Imports of ours are written as packages; see `relinked`. In a
 * project of a hall's own, which generates nothing, it brings its types along and has no test runner to write for.
 */
export function emitted(plan: Plan, isOwn = false): ReadonlyMap<string, string> {
  const { text: ask, asking } = emitAsk(plan);
  const files: [string, string][] = [
    [`${plan.id}.graphql`, emitGraphql(plan)],
    ['wire.ts', emitWire(plan)],
    ['map.ts', emitMap(plan)],
    ['ask.ts', ask],
    ['connector.ts', emitConnector(plan, asking, isOwn)],
    ['sandbox.ts', emitSandbox(plan)],
    ['sandbox/samples.ts', emitSamples(plan)],
    isOwn ? ['types.ts', emitTypes(plan)] : ['connector.test.ts', emitTest()],
    ['README.md', emitReadme(plan)],
  ];
  return new Map(files.map(([name, text]) => [name, name.endsWith('.ts') ? excused(indented(text)) : text]));
}

export { settingsExample } from './readme.ts';

/** An agency may call a field what promises are asked for; our own names never do. */
const excused = (text: string): string =>
  /(?:^|[{,])\s*then\??:/m.test(text) ? `// biome-ignore-all lint/suspicious/noThenProperty: the agency's own name\n${text}` : text;
