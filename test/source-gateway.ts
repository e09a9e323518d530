/** A gateway from the sources, in a process of its own, for tests that kill it. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface SourceGateway {
  readonly child: ChildProcess;
  readonly url: string;
}

/** Starts one, and waits until it is ready. `children` learns of it first, so that a failed start is cleared away too. */
export async function startFromSource(children: ChildProcess[], env: Readonly<Record<string, string>>): Promise<SourceGateway> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let output = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += String(chunk);
    if (output.includes('ready in ')) break;
  }
  return { child, url: /GraphQL +(\S+)\/graphql/.exec(output)?.[1] ?? '' };
}
