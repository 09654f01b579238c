// Journey J1 with the typed TypeScript client: an employer files an acquisition, staff decide it, nobody sees the
// personal number without a grant for it, and an auditor pulls the log. Compiled by `tsc --strict` against the types
// generated from the document: a wrong path, member or enum value does not compile.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";

import createClient from "openapi-fetch";

import { env, held, issuedAt, personalNumber, PRIVATE_KEY_JWT, signedAssertion, step } from "./journey-support.js";
import type { components, paths } from "./generated/kenpo.js";

type Acquisition = components["schemas"]["AcquisitionNotification"];

const base = env("KENPO_BASE_URL");
const employerId = env("KENPO_EMPLOYER_ID");
const anyone = createClient<paths>({ baseUrl: base, fetch: held });

type Client = typeof anyone;
type Filing = components["schemas"]["NotificationCreate"];

/** A client that sends `token` with every request. */
const withToken = (token: string): Client => createClient<paths>({ baseUrl: base, fetch: held, headers: { authorization: `Bearer ${token}` } });

/** No member named personal_number, and the number nowhere in any other either. */
function assertNumberless(body: object): void {
  const text = JSON.stringify(body);
  assert.ok(!text.includes('"personal_number":') && !text.includes(number), "the number is absent");
}

/** The answer's body, or an error that names the status and the problem. */
function ok<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

type Token = { access_token: string; expires_in: number };

/** The token endpoint is plain OAuth 2.0, which any OAuth library speaks: no generated client is needed for it. */
async function askForToken(form: Record<string, string>): Promise<Response> {
  return fetch(`${base}/oauth/token`, { method: "POST", body: new URLSearchParams(form) });
}

async function tokenFrom(form: Record<string, string>): Promise<Token> {
  const answer = await askForToken(form);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Token;
}

async function clientToken(prefix: string, scope: string): Promise<string> {
  const client = { client_id: env(`${prefix}_CLIENT_ID`), client_secret: env(`${prefix}_CLIENT_SECRET`) };
  return (await tokenFrom({ grant_type: "client_credentials", ...client, scope })).access_token;
}

async function signIn(prefix: string): Promise<string> {
  const answer = await anyone.POST("/v1/sessions", {
    body: { user_id: env(`${prefix}_USER_ID`), password: env(`${prefix}_PASSWORD`) },
  });
  return ok(answer).access_token;
}

const number = personalNumber(env("KENPO_JOURNEY_SERIAL_TS", "901"));

function acquisition(): Acquisition {
  return {
    kind: "qualification_acquisition",
    office_number: "901",
    name_kana: "ミホン　テイコ",
    name: "見本　丁子",
    birth_on: "1991-02-03",
    sex: "female",
    personal_number: number,
    acquired_on: "2026-11-02",
    has_dependents: false,
    cash_yen: 300_000,
    total_yen: 300_000,
  };
}

/** One form, filed for the employer. */
const filing = (form: Acquisition): Filing => ({ employer_id: employerId, preparer_name: "見本　花子", notification: form });

// The types must bite: an unknown member, a value that is not listed and an unknown path do not compile.
// @ts-expect-error the document has no member of this name
export const unknownMember: Acquisition = { ...acquisition(), birth_dat: "1991-02-03" };
// @ts-expect-error the document does not list this value
export const unlistedValue: Acquisition = { ...acquisition(), sex: "unknown" };
// @ts-expect-error the document has no such path
export const unknownPath: keyof paths = "/v1/members/{member_id}/number";

type Submission = components["schemas"]["Submission"];

async function file(employer: Client, form: Acquisition, key: string) {
  return employer.POST("/v1/notifications", { params: { header: { "Idempotency-Key": key } }, body: filing(form) });
}

/** Steps 1 to 5: the employer looks, tries, files, repeats, confirms. */
async function employerFiles(employer: Client): Promise<Submission> {
  await step("1 capabilities name the form", async () => {
    const found = ok(await employer.GET("/v1/capabilities", { params: { query: { employer_id: employerId } } }));
    assert.ok(found.forms.some((accepted) => accepted.kind === "qualification_acquisition"));
  });
  await step("2 a dry run stores nothing", async () => {
    const answer = await employer.POST("/v1/notifications", {
      params: { query: { validate_only: true }, header: { "Idempotency-Key": randomUUID() } },
      body: filing(acquisition()),
    });
    ok(answer);
    assert.equal(answer.response.status, 200);
  });
  const key = randomUUID();
  const receipt = await step("3 the form is filed under a key", async () => {
    const answer = await file(employer, acquisition(), key);
    assert.equal(answer.response.status, 202);
    assert.equal(answer.response.headers.get("idempotency-replayed"), null);
    return ok(answer) as Submission;
  });
  await step("4 the same key gives the same receipt, another body is refused", async () => {
    const again = await file(employer, acquisition(), key);
    assert.equal(again.response.status, 202);
    assert.equal(again.response.headers.get("idempotency-replayed"), "true");
    assert.deepEqual(ok(again), receipt);
    const other = await file(employer, { ...acquisition(), acquired_on: "2026-11-03" }, key);
    assert.equal(other.response.status, 422);
  });
  await step("5 the read count is confirmed", async () => {
    const params = { path: { submission_id: receipt.id } };
    ok(await employer.POST("/v1/submissions/{submission_id}/confirmation", { params, body: { read_count: receipt.read_count } }));
  });
  return receipt;
}

/** Steps 6 and 10: staff open the item, which lacks the number, and accept it. */
async function staffDecide(staff: Client, notificationId: string): Promise<void> {
  const params = { path: { notification_id: notificationId } };
  const etag = await step("6 staff see the item without the number", async () => {
    const answer = await staff.GET("/v1/notifications/{notification_id}", { params });
    assertNumberless(ok(answer));
    return answer.response.headers.get("etag") ?? "";
  });
  await step("10 staff accept it", async () => {
    const answer = await staff.POST("/v1/notifications/{notification_id}/decision", {
      params: { ...params, header: { "If-Match": etag } },
      body: { decision: "accept", reasons: [] },
    });
    assertNumberless(ok(answer));
  });
}

/** Step 13: the employer polls until the receipt carries what payroll needs. */
async function employerPolls(employer: Client, receipt: Submission): Promise<string> {
  return step("13 the employer polls the result", async () => {
    const params = { path: { submission_id: receipt.id } };
    for (let round = 0; round < 20; round += 1) {
      const found = ok(await employer.GET("/v1/submissions/{submission_id}", { params }));
      assertNumberless(found);
      const outcome = found.results[0]?.outcome;
      if (outcome) {
        assert.ok(outcome.symbol && outcome.number && outcome.branch, "記号・番号・枝番");
        return outcome.member_id;
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error("no result after 20 rounds");
  });
}

/** Steps 7 and 8: the number is refused without a grant, and shown with one. */
async function staffLook(session: string, unprivileged: Client, memberId: string, notificationId: string): Promise<void> {
  const params = { path: { member_id: memberId } };
  const expressly = { params: { ...params, query: { expand: "personal_number" as const } } };
  const staff = withToken(session);
  await step("7 asked expressly: 401 for the privileged, 403 for others", async () => {
    assertNumberless(ok(await staff.GET("/v1/members/{member_id}", { params })));
    const refused = await staff.GET("/v1/members/{member_id}", expressly);
    assert.equal(refused.response.status, 401);
    assert.match(refused.response.headers.get("www-authenticate") ?? "", /insufficient_user_authentication/);
    assert.equal((await unprivileged.GET("/v1/members/{member_id}", expressly)).response.status, 403);
  });
  await step("8 the exchanged token shows it", async () => {
    const grant = await tokenFrom({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: session,
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      scope: "personal-number:read",
      purpose: "enrolment",
      reason: "identity_check",
      case: notificationId,
      members: memberId,
    });
    assert.ok(grant.expires_in <= 300);
    const answer = await withToken(grant.access_token).GET("/v1/members/{member_id}", expressly);
    assert.ok(ok(answer).personal_number === number, "the number filed is the number shown");
    assert.match(answer.response.headers.get("cache-control") ?? "", /no-store/);
  });
}

/** The newest entries of an operation; an entry is listed a moment after its commit, so the granted look is waited for. */
async function entries(auditor: Client, operation: string) {
  const params = { query: { operation, limit: 100 } };
  for (let round = 0; ; round += 1) {
    const page = ok(await auditor.GET("/v1/audit-logs", { params }));
    if (round === 20 || page.items.some((entry) => entry.disclosed.includes("personal_number"))) return page.items;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The auditor finds both looks, and the export proves its own completeness. */
async function auditorPulls(auditor: Client, memberId: string, notificationId: string): Promise<void> {
  await step("the auditor lists the log", async () => {
    const looks = await entries(auditor, "getMember");
    assertNumberless(looks);
    const granted = looks.find((entry) => entry.disclosed.includes("personal_number"));
    assert.ok(granted, "the granted look");
    assert.deepEqual([granted.purpose, granted.case_id, granted.persons], ["enrolment", notificationId, [memberId]]);
    assert.ok(looks.some((entry) => entry.outcome === "refused" && entry.status === 401), "the refused look");
  });
  await step("the export's trailer counts and digests its lines", async () => {
    const answer = await auditor.GET("/v1/audit-logs/export", { params: { query: {} }, parseAs: "arrayBuffer" });
    const bytes = Buffer.from(answer.data ?? new ArrayBuffer(0));
    const start = bytes.lastIndexOf("\n", bytes.length - 2) + 1;
    const lines = bytes.subarray(0, start);
    const trailer = JSON.parse(bytes.subarray(start).toString("utf8")) as { count: number; sha256: string };
    assert.equal(lines.toString("utf8").split("\n").length - 1, trailer.count);
    assert.equal(createHash("sha256").update(lines).digest("hex"), trailer.sha256);
    assert.ok(!lines.includes(number), "no number in the export");
  });
}

async function main(): Promise<void> {
  const employer = withToken(await clientToken("KENPO_EMPLOYER", "notifications:submit notifications:read"));
  const receipt = await employerFiles(employer);
  const notificationId = receipt.results[0]?.notification_id;
  assert.ok(notificationId, "the receipt names its notification");
  const session = await signIn("KENPO_STAFF");
  const unprivileged = withToken(await signIn("KENPO_STAFF_UNPRIVILEGED"));
  await staffDecide(withToken(session), notificationId);
  const memberId = await employerPolls(employer, receipt);
  await staffLook(session, unprivileged, memberId, notificationId);
  const auditor = withToken(await clientToken("KENPO_AUDITOR", "audit:read audit:export"));
  await auditorPulls(auditor, memberId, notificationId);
  await signsInByKey();
}

/** The default way for clients: a signed assertion instead of a secret; each is good for one use. */
async function signsInByKey(): Promise<void> {
  const jwk = process.env.KENPO_EMPLOYER_KEY_PRIVATE_JWK;
  if (!jwk) return;
  await step("private_key_jwt gives a token once per assertion", async () => {
    // The demo's clock is its own; the token just given tells it.
    const now = issuedAt(await clientToken("KENPO_EMPLOYER", "notifications:read"));
    const form = {
      grant_type: "client_credentials",
      client_assertion_type: PRIVATE_KEY_JWT,
      client_assertion: signedAssertion(env("KENPO_EMPLOYER_KEY_CLIENT_ID"), base, jwk, now),
      scope: "notifications:read",
    };
    await tokenFrom(form);
    assert.equal((await askForToken(form)).status, 401, "an assertion works once");
  });
}

await main();
