// The hand-written folders of the Postman collection: signing in, and journey J1 (an employer hires a person with two
// dependents). Each step names its operation by operationId; what it does not say comes from the document's examples.

/** A number of the fictitious block: 99990000nnn and its check digit. */
function personalNumber(serial) {
  const base = `99990000${serial}`;
  const sum = [...base].reverse().reduce((total, digit, i) => total + Number(digit) * (i < 6 ? i + 2 : i - 4), 0);
  return base + (sum % 11 <= 1 ? 0 : 11 - (sum % 11));
}

// The insured person, the spouse, the child: 903, 904, 905 of the block.
const [NUMBER, SPOUSE_NUMBER, CHILD_NUMBER] = ["903", "904", "905"].map(personalNumber);
const BAD_NUMBER = CHILD_NUMBER.slice(0, 11) + ((Number(CHILD_NUMBER[11]) + 1) % 10);
const ANY_NUMBER = `/(${[NUMBER, SPOUSE_NUMBER, CHILD_NUMBER, BAD_NUMBER].join("|")})/`;
const status = (code) => `pm.test("${code}", () => pm.response.to.have.status(${code}));`;
const keep = (name, expression) => `pm.collectionVariables.set("${name}", ${expression});`;
const digitless = [`pm.test("no personal number", () => pm.expect(${ANY_NUMBER}.test(pm.response.text())).to.be.false);`];
const numberless = [
  ...digitless,
  `pm.test("no member for it", () => pm.expect(pm.response.text()).to.not.include('"personal_number":'));`,
];

// OAuth's own endpoint is a protocol, not an operation of the document.
const TOKEN = {
  path: "/oauth/token",
  method: "post",
  item: {},
  op: { description: "RFC 6749, RFC 8693", security: [], requestBody: { content: { "application/x-www-form-urlencoded": {} } } },
};

function clientToken(name, prefix, scope) {
  return {
    name: `${name}: client_credentials`,
    protocol: TOKEN,
    token: null,
    body: {
      grant_type: "client_credentials",
      client_id: `{{${prefix}_client_id}}`,
      client_secret: `{{${prefix}_client_secret}}`,
      scope,
    },
    tests: [status(200), keep(`${prefix}_token`, "pm.response.json().access_token")],
  };
}

function session(name, prefix, variable) {
  return {
    name: `${name}: sign in`,
    operation: "createSession",
    token: null,
    body: { user_id: `{{${prefix}_user_id}}`, password: `{{${prefix}_password}}` },
    tests: [status(200), keep(variable, "pm.response.json().access_token")],
  };
}

/** Fetches every token that the other folders send. The first step of an operation is also its body elsewhere. */
export function signIn() {
  return [
    clientToken("Employer", "employer", "notifications:submit notifications:read"),
    clientToken("Auditor", "auditor", "audit:read audit:export users:read"),
    session("Staff", "staff", "staff_token"),
    session("Staff without the privilege", "staff_unprivileged", "staff_unprivileged_token"),
    session("A session to end", "staff", "throwaway_token"),
  ];
}

const ADDRESS = { postal_code: "1000001", kana: "トウキヨウト　チヨダク　ミホン　１－１", text: "東京都千代田区見本１－１" };
const INSURED = { office_number: "903", name_kana: "ミホン　ポストオ", name: "見本　歩須夫", birth_on: "1993-04-05", sex: "male", personal_number: NUMBER };

/** The three forms of a hire: 資格取得届, and 被扶養者(異動)届 for the spouse and for the child. */
function forms({ childNumber = CHILD_NUMBER, acquiredOn = "2026-11-06" } = {}) {
  const change = { kind: "dependent_change", ...INSURED, change: "added", income_yen: 4500000 };
  const entry = { address: ADDRESS, living: "together", reason: "income_fell", became_on: acquiredOn, income_yen: 0 };
  return [
    { kind: "qualification_acquisition", ...INSURED, acquired_on: acquiredOn, has_dependents: true, cash_yen: 320000, total_yen: 320000 },
    { ...change, spouse: { name_kana: "ミホン　ポストコ", name: "見本　歩須子", birth_on: "1994-05-06", relationship: "wife", personal_number: SPOUSE_NUMBER, ...entry } },
    { ...change, others: [{ name_kana: "ミホン　ポストミ", name: "見本　歩須美", birth_on: "2022-06-07", sex: "female", relationship: "child", personal_number: childNumber, ...entry }] },
  ];
}

const batch = (items) => ({ employer_id: "{{employer_id}}", preparer_name: "見本　花子", declared_count: items.length, notifications: items });
const KEY = { "Idempotency-Key": "{{j1_key}}" };
const filed = (name, body, tests) => ({ name, operation: "createNotificationBatch", query: {}, headers: KEY, body, tests });

function employerSteps() {
  return [
    {
      name: "1 The employer asks what it may file",
      operation: "getCapabilities",
      query: { employer_id: "{{employer_id}}" },
      tests: [
        status(200),
        `pm.test("the form is accepted", () => pm.expect(pm.response.json().forms.map((form) => form.kind)).to.include("qualification_acquisition"));`,
        `pm.collectionVariables.set("j1_key", pm.variables.replaceIn("{{$guid}}"));`,
      ],
    },
    {
      name: "2a Dry run with a wrong check digit: the place is named, nothing is stored",
      operation: "createNotificationBatch",
      query: { validate_only: "true" },
      body: batch(forms({ childNumber: BAD_NUMBER })),
      tests: [
        status(200),
        `const records = pm.response.json().records;`,
        `pm.test("one record would be refused", () => pm.expect(records.map((record) => record.disposition)).to.eql(["accepted", "accepted", "rejected"]));`,
        `pm.test("with its code", () => pm.expect(records[2].findings.map((finding) => finding.code)).to.include("E-MYNUMBER-CHECK-DIGIT"));`,
        `pm.test("and its pointer", () => pm.expect(records[2].findings[0].pointers).to.include("/others/0/personal_number"));`,
        ...digitless,
      ],
    },
    {
      name: "2b Dry run: what would happen, nothing is stored",
      operation: "createNotificationBatch",
      query: { validate_only: "true" },
      body: batch(forms()),
      tests: [
        status(200),
        `const records = pm.response.json().records;`,
        `pm.test("three would be accepted", () => pm.expect(records.map((record) => record.disposition)).to.eql(["accepted", "accepted", "accepted"]));`,
        `pm.test("with consequences", () => pm.expect(records[0].consequences.map((one) => one.field)).to.include("acquired_on"));`,
        ...digitless,
      ],
    },
    filed("3 The batch is filed under a key", batch(forms()), [
      status(202),
      `pm.test("three records read", () => pm.expect(pm.response.json().read_count).to.eql(3));`,
      keep("submission_id", "pm.response.json().id"),
      keep("receipt_number", "pm.response.json().receipt_number"),
      ...["insured", "spouse", "child"].map((who, i) => keep(`${who}_notification`, `pm.response.json().results[${i}].notification_id`)),
      ...numberless,
    ]),
    filed("4a The same key gives the same receipt", batch(forms()), [
      status(202),
      `pm.test("replayed", () => pm.response.to.have.header("Idempotency-Replayed", "true"));`,
      `pm.test("same receipt", () => pm.expect(pm.response.json().receipt_number).to.eql(pm.collectionVariables.get("receipt_number")));`,
    ]),
    filed("4b The same key with another body is refused", batch(forms({ acquiredOn: "2026-11-07" })), [status(422), ...numberless]),
    {
      name: "5 The employer confirms the read count",
      operation: "confirmSubmission",
      path: { submission_id: "{{submission_id}}" },
      body: { read_count: 3 },
      tests: [status(200)],
    },
  ];
}

/** Staff read an item's version and decide it. */
function decided(number, who, decision) {
  const path = { notification_id: `{{${who}_notification}}` };
  return [
    {
      name: `${number} Staff open the ${who}'s item: no personal number`,
      operation: "getNotification",
      token: "staff_token",
      path,
      tests: [status(200), keep("etag", `pm.response.headers.get("ETag")`), ...numberless],
    },
    {
      name: `10 Staff ${decision.decision} the ${who}'s item`,
      operation: "decideNotification",
      path,
      headers: { "If-Match": "{{etag}}" },
      body: decision,
      tests: [status(200), ...numberless],
    },
  ];
}

const ACCEPT = { decision: "accept" };
/** Somebody who is to be recognised: the documents that staff saw make the rule's answer a yes. */
const RECOGNISE = {
  decision: "accept",
  recognitions: [{ slot: "spouse", evidence: { documents: ["kinship_proof", "household_proof", "income_proof"] } }],
};
const RETURN = { decision: "return", reasons: [{ code: "evidence_missing", text: "続柄を確認できる書類を添えてください。" }] };

function staffSteps() {
  const member = { path: { member_id: "{{member_id}}" } };
  const expressly = { ...member, query: { expand: "personal_number" } };
  return [
    ...decided("6", "insured", ACCEPT),
    ...decided("6", "spouse", RECOGNISE),
    ...decided("6", "child", RETURN),
    {
      name: "13 The employer polls: two accepted, one returned with a reason",
      operation: "getSubmission",
      path: { submission_id: "{{submission_id}}" },
      tests: [
        status(200),
        `const items = pm.response.json().results;`,
        `pm.test("states", () => pm.expect(items.map((item) => item.state)).to.eql(["applied", "applied", "returned"]));`,
        `pm.test("記号・番号・枝番", () => pm.expect(items[0].outcome).to.include.keys("symbol", "number", "branch"));`,
        `pm.test("the reason", () => pm.expect(items[2].reasons[0].code).to.eql("evidence_missing"));`,
        keep("member_id", "items[0].outcome.member_id"),
        ...numberless,
      ],
    },
    {
      name: "7a Asked expressly by the privileged: step up",
      operation: "getMember",
      ...expressly,
      tests: [
        status(401),
        `pm.test("says how", () => pm.expect(pm.response.headers.get("WWW-Authenticate")).to.include("insufficient_user_authentication"));`,
        ...numberless,
      ],
    },
    { name: "7b Asked expressly by others: refused", operation: "getMember", token: "staff_unprivileged_token", ...expressly, tests: [status(403), ...numberless] },
    {
      name: "8a The linkage is switched on for this person and case",
      protocol: TOKEN,
      token: null,
      body: {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: "{{staff_token}}",
        subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
        scope: "personal-number:read",
        purpose: "enrolment",
        reason: "identity_check",
        case: "{{insured_notification}}",
        members: "{{member_id}}",
      },
      tests: [
        status(200),
        `pm.test("five minutes at most", () => pm.expect(pm.response.json().expires_in).to.be.at.most(300));`,
        keep("scoped_token", "pm.response.json().access_token"),
      ],
    },
    {
      name: "8b With it the number is shown",
      operation: "getMember",
      token: "scoped_token",
      ...expressly,
      tests: [
        status(200),
        `pm.test("the number filed is the number shown", () => pm.expect(pm.response.json().personal_number === "${NUMBER}").to.be.true);`,
        `pm.test("not to be stored", () => pm.expect(pm.response.headers.get("Cache-Control")).to.include("no-store"));`,
      ],
    },
  ];
}

function auditorSteps() {
  return [
    {
      name: "The auditor finds the look",
      operation: "listAuditLogs",
      query: { operation: "getMember", limit: "100" },
      // An entry is listed a moment after its commit: asked again until the look is there, 40 times at most.
      before: [`setTimeout(() => {}, 250);`],
      tests: [
        status(200),
        `const looks = pm.response.json().items;`,
        `const granted = looks.some((entry) => entry.disclosed.includes("personal_number"));`,
        `const rounds = Number(pm.collectionVariables.get("log_rounds") || 0) + 1;`,
        `pm.collectionVariables.set("log_rounds", granted ? 0 : rounds);`,
        `if (!granted && rounds < 40) { pm.execution.setNextRequest(pm.info.requestName); return; }`,
        `pm.test("the granted look", () => pm.expect(granted).to.be.true);`,
        `pm.test("the refused look", () => pm.expect(looks.some((entry) => entry.status === 401)).to.be.true);`,
        ...digitless,
      ],
    },
    {
      name: "The export proves that it is whole",
      operation: "exportAuditLogs",
      query: {},
      tests: [
        status(200),
        `const text = pm.response.text();`,
        `const start = text.lastIndexOf("\\n", text.length - 2) + 1;`,
        `const trailer = JSON.parse(text.slice(start));`,
        `pm.test("count", () => pm.expect(text.slice(0, start).split("\\n").length - 1).to.eql(trailer.count));`,
        `pm.test("digest", () => pm.expect(require("crypto-js").SHA256(text.slice(0, start)).toString()).to.eql(trailer.sha256));`,
        ...digitless,
      ],
    },
  ];
}

/** The steps of J1 that can be shown over HTTP, numbered as the journey numbers them. */
export function journey() {
  return [...employerSteps(), ...staffSteps(), ...auditorSteps()];
}
