/**
 * The connector engine: the only code that talks to agencies. An integrator writes one folder with a default export
 * from {@link connector}; the engine owns time limits, batching, limits, signing order, charset, error codes and logs.
 */
export type { Clock, Duration } from '../clock/index.ts';
export { given, headersOf, pathTo, queryOf, wholeNumber } from './asking.ts';
export type { Carrier, CarrierCounter, Carriers, Courier, Messenger, Parcel, Report, ReportKind, TextMessage } from './carrier.ts';
export { type Charset, decodeText, encodeText } from './codec/charset.ts';
export { DecodeError } from './codec/decode-error.ts';
export { decodeJson } from './codec/json.ts';
export { decodeXml, encodeXml } from './codec/xml.ts';
export {
  type Connection,
  type Connector,
  type ConnectorSpec,
  connector,
  type DatabaseFace,
  type HttpFace,
  type OpenTools,
  own,
  type ServedFields,
} from './connector.ts';
export {
  type Application,
  type ApplicationMaterial,
  type Callback,
  CallbackRefused,
  type CallbackRequest,
  type CorrectionPoint,
  type Desk,
  type DeskResult,
  type DeskTraits,
  type Handed,
  type Named,
  type Receipt,
  type Standing,
  type Tidings,
  type TidingsKind,
  type Verification,
} from './desk.ts';
export type { Counter, Desks } from './desks.ts';
export { connectorFolders, importModule, loadConnector, moduleIn, shippedFolders } from './discover.ts';
export {
  type ConfiguredConnector,
  createEngine,
  type Engine,
  type EngineOptions,
  type ExchangeReading,
  type OutcomeReport,
  type Served,
  type SourceReading,
} from './engine.ts';
export { AGENCY_FAULTS, AgencyError, type AgencyFault, type Language } from './errors.ts';
export { type Exposed, exposedIn, isPlain, valuesIn } from './exposed.ts';
export { absent, byKey, failed, type Lookup, lookup, value } from './lookup.ts';
export { coded, compactDay, day, optional } from './mapping.ts';
export type { Eviction, Question } from './memory/question.ts';
export type { OutboundRule } from './outbound/outbound.ts';
export type { AgencyAnswer, Reader, RequestAsking } from './reader.ts';
export { resolveSecrets, Secret, type SecretSources, secret } from './secret.ts';
export { databaseSettings, duration } from './setting-shapes.ts';
export { digits, fitting, mixed, variant } from './shapes.ts';
export { mustBeCoded, mustBeTimely } from './sign/callback.ts';
export { columnMac } from './sign/column-mac.ts';
export { apiKey, basic, bearer } from './sign/key.ts';
export { hmacSha256Parameters, hmacSm3 } from './sign/mac.ts';
export { oauth2 } from './sign/oauth2.ts';
export { sm2Sign, sm2Signature, sm2Verify } from './sign/sm2.ts';
export { sm4Body, sm4Decrypt, sm4Encrypt } from './sign/sm4.ts';
export type { CallReport, SourceHealth } from './source.ts';
export { type Said, tidingsOf } from './tidings.ts';
export type { ExchangeClient } from './transport/exchange/client.ts';
export { type ProposedTables, proposedTables } from './transport/exchange/ddl.ts';
export type {
  DatabaseAddress,
  DatabaseTls,
  ExchangeMessage,
  ExchangeOptions,
  ExchangeRequest,
  ExchangeSigner,
  ExchangeTally,
  OpenRequest,
  OpenRequests,
  OpenState,
  ReplyTable,
  RequestTable,
} from './transport/exchange/options.ts';
export type { FormClient, Meaning } from './transport/form.ts';
export { type GraphqlClient, type GraphqlQuery, UnfitDocument } from './transport/graphql.ts';
export type { JsonClient, JsonRequest } from './transport/json.ts';
export type { SoapClient, SoapOperation } from './transport/soap.ts';
export type { SignContext, Signer, WireRequest, WireResponse } from './transport/wire.ts';
export {
  type Call,
  type Caller,
  type Freshness,
  type Log,
  type Maintenance,
  type OnStep,
  type Policy,
  type Provenance,
  type Reading,
  ROLES,
  type Role,
} from './types.ts';
export { createMetrics, type Metrics } from './watch/metrics.ts';
export { addedUp, countsIn, type Readings } from './watch/readings.ts';
export * as xml from './xml-shapes.ts';
