import { createHash, createHmac } from 'node:crypto';

/** Who signs. */
export interface S3Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

export interface Signed {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hexadecimal. */
  readonly payload: string;
  readonly at: Date;
}

export const NO_BODY = createHash('sha256').digest('hex');

/**
 * The headers that make a request one of S3's: AWS Signature Version 4, in headers, for the service `s3`
 * (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). Paths are taken as `URL` writes them: our names
 * need no escaping. There are no queries.
 */
export function signedHeaders({ method, url, headers, payload, at }: Signed, by: S3Credentials): Record<string, string> {
  const time = at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const all: Record<string, string> = { ...headers, host: url.host, 'x-amz-content-sha256': payload, 'x-amz-date': time };
  const names = Object.keys(all).toSorted();
  const signed = names.join(';');
  const canonical = [method, url.pathname, '', ...names.map((name) => `${name}:${all[name]?.trim()}`), '', signed, payload].join('\n');
  const scope = `${time.slice(0, 8)}/${by.region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const signature = hmac(signingKey(by, time.slice(0, 8)), text).toString('hex');
  return { ...all, authorization: `AWS4-HMAC-SHA256 Credential=${by.accessKey}/${scope},SignedHeaders=${signed},Signature=${signature}` };
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const signingKey = ({ secretKey, region }: S3Credentials, day: string): Buffer =>
  [day, region, 's3', 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secretKey}`));
