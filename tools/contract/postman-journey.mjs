// The hand-written folders of the Postman collection: signing in, and journey J1 (an employer hires a person with two
// dependents). Each step names its operation by operationId; what it does not say comes from the document's examples.

/** A number of the fictitious block: 99990000nnn and its check digit. */
function personalNumber(serial) {
  const base = `99990000${serial}`;
  const sum = [...base].reverse().reduce((total, digit, i) => total + Number(digit) * (i < 6 ? i + 2 : i - 4), 0);
  return base + (sum % 11 <= 1 ? 0 : 11 - (sum % 11));
}

const NUMBER = personalNumber("903");
const status = (code) => `pm.test("${code}", () => pm.response.to.have.status(${code}));`;
const keep = (name, expression) => `pm.collectionVariables.set("${name}", ${expression});`;
const numberless = [
  `pm.test("no personal number", () => {`,
  `  pm.expect(pm.response.text()).to.not.include("${NUMBER}").and.to.not.include('"personal_number":');`,
  `});`,
];

function clientToken(name, prefix, scope) {
  return {
    name: `${name}: client_credentials`,
    operation: "createToken",
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
    tests: [status(201), keep(variable, "pm.response.json().access_token")],
  };
}

/** Fetches every token that the other folders send. The first step of an operation is also its example elsewhere. */
export function signIn() {
  return [
    clientToken("Employer", "employer", "notifications:submit notifications:read"),
    clientToken("Auditor", "auditor", "audit:read audit:export"),
    session("Staff", "staff", "staff_token"),
    session("Staff without the privilege", "staff_unprivileged", "staff_unprivileged_token"),
    session("A session to end", "staff", "throwaway_token"),
  ];
}

function acquisition(more = {}) {
  return {
    kind: "qualification_acquisition",
    employer_id: "{{employer_id}}",
    preparer_name: "見本　花子",
    employee_number: "903",
    name_kana: "ﾐﾎﾝ ﾎﾟｽﾄ",
    name: "見本　歩須人",
    birth_on: "1993-04-05",
    sex: "male",
    personal_number: NUMBER,
    acquired_on: "2026-11-06",
    monthly_remuneration_yen: 320000,
    ...more,
  };
}

const KEY = { "Idempotency-Key": "{{j1_key}}" };

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
      name: "2 Dry run: checked in full, stored nowhere",
      operation: "createNotification",
      query: { validate_only: "true" },
      body: acquisition(),
      tests: [status(200), ...numberless],
    },
    {
      name: "3 Filed under a key",
      operation: "createNotification",
      query: {},
      headers: KEY,
      body: acquisition(),
      tests: [
        status(202),
        keep("submission_id", "pm.response.json().id"),
        keep("receipt_number", "pm.response.json().receipt_number"),
        keep("read_count", "pm.response.json().read_count"),
        keep("notification_id", "pm.response.json().notifications[0].notification_id"),
        ...numberless,
      ],
    },
    {
      name: "4a The same key gives the same receipt",
      operation: "createNotification",
      query: {},
      headers: KEY,
      body: acquisition(),
      tests: [
        status(202),
        `pm.test("replayed", () => pm.response.to.have.header("Idempotency-Replayed", "true"));`,
        `pm.test("same receipt", () => pm.expect(pm.response.json().receipt_number).to.eql(pm.collectionVariables.get("receipt_number")));`,
      ],
    },
    {
      name: "4b The same key with another body is refused",
      operation: "createNotification",
      query: {},
      headers: KEY,
      body: acquisition({ acquired_on: "2026-11-07" }),
      tests: [status(422)],
    },
    {
      name: "5 The employer confirms the read count",
      operation: "confirmSubmission",
      path: { submission_id: "{{submission_id}}" },
      body: '{"read_count": {{read_count}}}',
      tests: [status(200)],
    },
  ];
}

function staffSteps() {
  const member = { path: { member_id: "{{member_id}}" } };
  const expressly = { ...member, query: { expand: "personal_number" } };
  return [
    {
      name: "6 Staff open the item: no personal number",
      operation: "getNotification",
      token: "staff_token",
      path: { notification_id: "{{notification_id}}" },
      tests: [status(200), keep("etag", `pm.response.headers.get("ETag")`), ...numberless],
    },
    {
      name: "10 Staff accept it",
      operation: "decideNotification",
      path: { notification_id: "{{notification_id}}" },
      headers: { "If-Match": "{{etag}}" },
      body: { decision: "accept", reasons: [] },
      tests: [status(200), ...numberless],
    },
    {
      name: "13 The employer polls the result",
      operation: "getSubmission",
      path: { submission_id: "{{submission_id}}" },
      tests: [
        status(200),
        `const result = pm.response.json().notifications[0].result;`,
        `pm.test("記号・番号・枝番", () => pm.expect(result).to.include.keys("symbol", "number", "branch"));`,
        keep("member_id", "result.member_id"),
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
      operation: "createToken",
      token: null,
      body: {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: "{{staff_token}}",
        subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
        scope: "personal-number:read",
        purpose: "enrolment",
        reason: "identity_check",
        case: "{{notification_id}}",
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
      query: { limit: "100" },
      tests: [
        status(200),
        `const looks = pm.response.json().items.filter((entry) => entry.operation === "getMember");`,
        `pm.test("disclosure", () => pm.expect(looks.some((entry) => (entry.disclosed_fields || []).includes("personal_number"))).to.be.true);`,
        ...numberless.slice(0, 1),
        `  pm.expect(pm.response.text()).to.not.include("${NUMBER}");`,
        `});`,
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
      ],
    },
  ];
}

/** The steps of J1 that can be shown over HTTP, numbered as the journey numbers them. */
export function journey() {
  return [...employerSteps(), ...staffSteps(), ...auditorSteps()];
}
