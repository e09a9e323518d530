/** A gateway in a process of its own, for tests that kill it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { builtPrograms } from './programs.ts';

export interface BuiltGateway {
  readonly child: ChildProcess;
  readonly url: string;
}

/** How a test file starts one and waits until it is ready. `children` learns of it first, so that a failed start is cleared away too. */
export function gatewaysIn(children: ChildProcess[]): (env: Readonly<Record<string, string>>) => Promise<BuiltGateway> {
  const { gateway } = builtPrograms();
  return async (env) => {
    const child = spawn(process.execPath, [gateway], { env: { ...process.env, PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    let output = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      output += String(chunk);
      if (output.includes('ready in ')) break;
    }
    return { child, url: /GraphQL +(\S+)\/graphql/.exec(output)?.[1] ?? '' };
  };
}
