/**
 * A hook of Node's module loader for the built program. A connector that is loaded as TypeScript imports the engine's
 * sources; loaded beside the built engine they would be a second engine, whose `Secret` and `AgencyError` the first does
 * not know. So every import of a source is answered with what was built of it.
 */
import type { InitializeHook, ResolveHook } from 'node:module';

let sources = '';
let built = '';

export const initialize: InitializeHook<{ readonly root: string }> = ({ root }) => {
  sources = `${root}src/`;
  built = `${root}dist/src/`;
};

export const resolve: ResolveHook = async (specifier, context, next) => {
  const found = await next(specifier, context);
  const path = found.url.startsWith(sources) ? found.url.slice(sources.length).replace(/\.ts(?:\?.*)?$/, '.js') : undefined;
  return path === undefined ? found : { ...found, url: `${built}${path}`, format: 'module' };
};
