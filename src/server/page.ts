import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { examples } from './examples.ts';

/** The page at `/` in the sandbox: GraphiQL, everything inline, signed in and in a session of the examples' subjects. */
export function explorerPage({ token, session }: { readonly token: string; readonly session: string }): string {
  return renderGraphiQL({
    title: 'Yimen 一门 · 沙箱（数据均为虚构 fictional data）',
    endpoint: '/graphql',
    additionalHeaders: { authorization: `Bearer ${token}`, 'x-yimen-session': session },
    shouldPersistHeaders: false,
    credentials: 'omit',
    defaultTabs: examples.map((query) => ({ query })),
  });
}

/** The page at `/` in production: where to go. */
export const plainPage = `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>Yimen 一门</title></head>
<body style="font:16px/1.7 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem">
<h1>Yimen 一门</h1>
<p>政务服务统一网关已启动。接口地址 <code>/graphql</code>，须持令牌访问；模式文件 <code>/schema.graphql</code>；健康检查 <code>/health/ready</code>。</p>
<p lang="en">The gateway is running. The endpoint is <code>/graphql</code> and needs a bearer token; the schema is at <code>/schema.graphql</code>; health is at <code>/health/ready</code>.</p>
</body>
</html>
`;
