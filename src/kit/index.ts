/**
 * For integrators: sandbox agencies with fault switches, fictional subjects, and the conformance suite.
 *
 * - sandbox 沙箱部门: a mock agency that speaks the real protocol over a real socket.
 * - fault 故障: a way it can be told to misbehave.
 * - subjects 虚构主体: the enterprises and persons all sandbox agencies share.
 */
export type { SandboxOfficeOptions, SandboxTools, SandboxWorld } from './agency-tools.ts';
export { type Check, type ConformanceOptions, conformance, conforms } from './conformance.ts';
export type { AgencyCredential } from './contract/credentials.ts';
export { type RestRoute, restAgency } from './contract/rest.ts';
export { type SoapAgencyOptions, type SoapRoute, soapAgency } from './contract/soap.ts';
export { DatabaseHost } from './exchange/database-host.ts';
export type {
  ExchangeAccess,
  ExchangeSandboxReply,
  ExchangeSandboxRequest,
  ExchangeSandboxSpec,
  OpenExchangeSandbox,
} from './exchange/spec.ts';
export { describeFault, FAULTS, type Fault, FaultSwitch, faultsOver, type Transport } from './faults.ts';
export type { Flakiness } from './flaky.ts';
export { type SandboxClient, type SandboxDescription, sandboxClient } from './host/client.ts';
export { type HostOptions, type SandboxHost, startSandboxHost } from './host/host.ts';
export { fictionalUscc } from './office/fictional.ts';
export { describeHabit, HABITS, type Habit } from './office/habits.ts';
export type { CallbackMessage } from './office/hall.ts';
export { type Office, type OfficeEvent, type OfficeFile, type OfficeOptions, openOffice } from './office/office.ts';
export { openingFault } from './opening.ts';
export {
  type HttpSandboxSpec,
  loadSandbox,
  type OpenSandbox,
  type PlainRequest,
  type RunningSandbox,
  type SandboxReply,
  type SandboxRequest,
  type SandboxSpec,
  sandbox,
  startSandbox,
  type Traffic,
} from './sandbox.ts';
export {
  ContractError,
  type ContractSource,
  type Hall,
  type LeftOut,
  type ScaffoldOptions,
  type ScaffoldReport,
  scaffold,
} from './scaffold/index.ts';
export {
  loadSubjects,
  type SandboxCredit,
  type SandboxEnterprise,
  type SandboxPerson,
  SHIPPED_SUBJECTS,
  type Subjects,
} from './subjects.ts';
export { type TestLine, testLine } from './test-line.ts';
