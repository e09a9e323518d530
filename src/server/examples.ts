import type { Subject } from '../trust/index.ts';

/** The subjects the examples ask about; both are fictional. */
const ENTERPRISE = '91321071990000017N';
const PERSON = '321012198812139970';

/** Whom the page's session serves. */
export const exampleSubjects: readonly [Subject, ...Subject[]] = [
  { kind: 'enterprise', key: ENTERPRISE },
  { kind: 'person', key: PERSON },
];

/** The ready queries of the page at `/`, in the order of its tabs. Defaults stand in for variables, so that each runs as it is. */
export const examples: readonly string[] = [
  `# 1. 一个企业，五个部门，一次查询 · One enterprise, five agencies, one query
query OneDoor($uscc: UnifiedSocialCreditCode! = "${ENTERPRISE}") {
  enterprise(uscc: $uscc) {
    uscc
    registration { nameZh status establishedOn registeredCapital { amount currency } legalRepresentative { nameZh } provenance { ...source } }
    tax { creditGrade creditYear arrears invoiceQuota { maxAmountPerInvoice monthlyCopies used } provenance { ...source } }
    socialInsurance { account status insuredCount arrears lastPaidMonth provenance { ...source } }
    seals { items { typeZh number status } provenance { ...source } }
    projects { items { code nameZh stage investment } provenance { ...source } }
    permits { items { nameZh number validTo status } provenance { ...source } }
    credit { grade badFlags { kind reasonZh } provenance { ...source } }
    certificates { items { type number validTo status } provenance { ...source } }
  }
}

fragment source on Provenance { agency { nameZh } retrievedAt asOf freshness }
`,
  `# 2. 咨询时可向本人展示的信息 · What a person who asks for advice is shown (household and insurance need a purpose: openSession)
query OnePerson($idNumber: CitizenIdNumber! = "${PERSON}") {
  person(idNumber: $idNumber) {
    idNumber
    identity { nameZh gender birthDate card { validTo status } }
    enterprises { items { nameZh legalRepresentative percent enterprise { registration { status } credit { grade } } } }
    certificates { items { type number validTo status } }
  }
}
`,
  `# 3. 按名称检索，逐页查看 · Search the registry by name, page by page
query Search($name: String! = "示例", $after: String) {
  enterprises(name: $name, first: 5, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { nameZh status enterprise { uscc credit { grade } permits { items { nameZh validTo } } } }
  }
}
`,
  `# 4. 项目及其审批 · Projects and their approvals
query Projects($uscc: UnifiedSocialCreditCode! = "${ENTERPRISE}") {
  enterprise(uscc: $uscc) {
    projects { items { code nameZh procedure energyTce stage approvals { items { stage nameZh agency status number decidedOn } } } }
  }
}
`,
  `# 5. 法定代表人名下的其他企业 · Other enterprises of the legal representative
query Representative($uscc: UnifiedSocialCreditCode! = "${ENTERPRISE}") {
  enterprise(uscc: $uscc) {
    registration {
      nameZh
      legalRepresentative {
        nameZh
        person { id idNumber enterprises { items { nameZh legalRepresentative percent enterprise { credit { grade badFlags { kind } } } } } }
      }
    }
  }
}
`,
  `# 6. 部门与对接情况 · Agencies and who is connected
query Agencies {
  taxation: agency(id: "taxation") { id code nameZh nameEn level kind connectors }
  agencies { code nameZh level kind connectors }
}
`,
  `# 7. 找对门：检索事项，窗口在哪里、何时开、要带什么 · Find the door: search the items (错一个字也行；also yyzz, gssl, compnay)
query FindTheDoor($text: String! = "公司设立", $after: String) {
  serviceItems(filter: { text: $text }, first: 5, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      slug nameZh aliases promisedLimit remote
      agency { nameZh }
      decidedBy { kind body { nameZh } connectors }
      counters { handles tier hall { nameZh address window opens { days from until } } }
      materials { required tolerance material { nameZh issuer { nameZh } } }
      result { nameZh }
      themes { code nameZh targetDays }
    }
  }
}
`,
  `# 8. 开办企业一件事：步骤、一次性告知、时间 · Open a company: steps, one-time notice, dates
query OpenCompany($legalRepresentative: CitizenIdNumber! = "${PERSON}") {
  guide(
    input: {
      theme: "open-company"
      answers: [{ question: "hasEmployees", value: "true" }, { question: "needsInvoices", value: "true" }]
      applicant: { people: [{ role: LEGAL_REPRESENTATIVE, idNumber: $legalRepresentative }] }
    }
  ) {
    openQuestions { id textZh }
    steps { item { nameZh } status why schedule { fileOn promised { due explanation } critical } dependsOn { nameZh } parallelWith { nameZh } }
    notice { naiveCount count toBringCount lines { material { nameZh } kind required note madeBy { nameZh } fetched { agency { nameZh } valid validTo } followsBy } }
    blockers { severity what toDo agency { nameZh } }
    timeline { startOn finishOn workingDays oneAfterAnother criticalPath { nameZh } target { workingDays planned met } }
    unchecked { agency { nameZh } consequence }
  }
}
`,
];
