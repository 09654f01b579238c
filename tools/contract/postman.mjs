// Builds postman/kenpo.postman_collection.json and postman/local.postman_environment.json from the OpenAPI document.
//
//   node postman.mjs DOCUMENT FOLDER           writes both files
//   node postman.mjs --check DOCUMENT FOLDER   fails when a checked-in file differs
//
// The collection: "Sign in" fetches the tokens, the journey's folder asserts each step, then one folder per tag holds
// every operation with the document's own examples and asserts that the answer is one that the document lists.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { journey, signIn } from "./postman-journey.mjs";
import { allParameters, deref, exampleOf, operations } from "./functions/walk.js";

const SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
// What the person at the keyboard, or newman-run.mjs, fills in. Nothing here is a secret of a real system.
const ENVIRONMENT = [
  "base_url", "employer_id", "employer_client_id", "employer_client_secret", "staff_user_id", "staff_password",
  "staff_unprivileged_user_id", "staff_unprivileged_password", "auditor_client_id", "auditor_client_secret",
];
// These end the token they are sent with, so each gets one of its own.
const ENDS_ITS_TOKEN = new Set(["endSession", "revokeToken"]);
const AUDITOR = new Set(["audit:read", "audit:export", "users:read"]);
const EMPLOYER = new Set(["notifications:submit", "notifications:read"]);

// What the journey left, for the parameters that have no example; other ids are nobody's.
const KNOWN = { employer_id: "{{employer_id}}", member_id: "{{member_id}}", person_id: "{{member_id}}", notification_id: "{{insured_notification}}" };
const NOBODYS = "01900000-0000-7000-8000-000000000000";
const ASKED = { lost_from: "2026-04-01", lost_to: "2026-04-30", event: "care_ends", from: "2027-01-01", to: "2027-01-31", received_on: "2026-04-01" };
// Of 徴収, whose person does not sign in here.
const OF_OTHERS = new Set(["voluntary:collect"]);

const scopeOf = (op) => Object.values(op.security?.[0] ?? {}).flat()[0];

function tokenFor(op) {
  if (ENDS_ITS_TOKEN.has(op.operationId)) return "throwaway_token";
  if (AUDITOR.has(scopeOf(op))) return "auditor_token";
  return EMPLOYER.has(scopeOf(op)) ? "employer_token" : "staff_token";
}


function bodyOf(type, value) {
  if (value === undefined) return undefined;
  if (type === "application/x-www-form-urlencoded") {
    const urlencoded = Object.entries(value).map(([key, text]) => ({ key, value: String(text) }));
    return { mode: "urlencoded", urlencoded };
  }
  const raw = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return { mode: "raw", raw, options: { raw: { language: type.endsWith("json") ? "json" : "text" } } };
}

function urlOf(route, query, variables) {
  const shown = query.filter((one) => !one.disabled).map((one) => `${one.key}=${one.value}`).join("&");
  const parts = route.path.slice(1).split("/").map((part) => part.replaceAll(/\{(\w+)\}/g, (_, name) => variables[name] ?? `{{${name}}}`));
  return {
    raw: `{{base_url}}/${parts.join("/")}${shown ? `?${shown}` : ""}`,
    host: ["{{base_url}}"],
    path: parts,
    ...(query.length > 0 ? { query } : {}),
  };
}

/** One request of the collection; `use` replaces what the document's examples would give. */
function request(doc, route, use = {}) {
  const { op, method } = route;
  const parameters = allParameters(doc, route);
  const [type, media] = Object.entries(deref(doc, op.requestBody)?.content ?? {})[0] ?? [];
  const query = use.query
    ? Object.entries(use.query).map(([key, value]) => ({ key, value }))
    : parameters.filter((one) => one.in === "query").map((one) => {
        const value = exampleOf(doc, one) ?? (one.required ? (KNOWN[one.name] ?? ASKED[one.name]) : undefined);
        return { key: one.name, value: String(value ?? ""), ...(one.required ? {} : { disabled: true }) };
      });
  const headers = { ...(type ? { "Content-Type": type } : {}) };
  for (const one of parameters.filter((each) => each.in === "header" && (each.required || each.name === "Idempotency-Key"))) {
    headers[one.name] = one.name === "Idempotency-Key" ? "{{$guid}}" : String(exampleOf(doc, one) ?? '"1"');
  }
  Object.assign(headers, use.headers);
  const variables = Object.fromEntries(
    parameters.filter((one) => one.in === "path").map((one) => [one.name, String(exampleOf(doc, one) ?? KNOWN[one.name] ?? NOBODYS)]),
  );
  const isPublic = Array.isArray(op.security) && op.security.length === 0;
  const token = use.token ?? (isPublic ? null : tokenFor(op));
  const body = use.body === undefined ? bodyOf(type, exampleOf(doc, media)) : bodyOf(type, use.body);
  return {
    method: method.toUpperCase(),
    description: op.description,
    auth: token ? { type: "bearer", bearer: [{ key: "token", value: `{{${token}}}`, type: "string" }] } : { type: "noauth" },
    header: Object.entries(headers).map(([key, value]) => ({ key, value })),
    url: urlOf(route, query, { ...variables, ...use.path }),
    ...(body ? { body } : {}),
  };
}

const testScript = (lines) => [{ listen: "test", script: { type: "text/javascript", exec: lines } }];

const beforeScript = (lines) => (lines ? [{ listen: "prerequest", script: { type: "text/javascript", exec: lines } }] : []);

/** Whatever was there before: a list, the capabilities and a calculation have an answer for whoever may ask. */
function isAnswered(doc, route) {
  const { op } = route;
  const isOfKnown = allParameters(doc, route).filter((one) => one.in === "path").every((one) => one.name in KNOWN);
  const isAsked = /^(list|calculate)[A-Z]/.test(op.operationId) || op.operationId === "getCapabilities";
  return isAsked && isOfKnown && !OF_OTHERS.has(scopeOf(op));
}

function listedAnswers(doc, route) {
  const { op } = route;
  const listed = Object.keys(op.responses ?? {}).filter((status) => status !== "default").map(Number);
  const right = listed.filter((status) => status < (isAnswered(doc, route) ? 300 : 500));
  const isPublic = Array.isArray(op.security) && op.security.length === 0;
  // A token that is good but not granted for numbers is told so by 401.
  const signedIn = [
    `pm.test("the token is taken", () => {`,
    `  if (pm.response.code === 401) pm.expect(pm.response.json().code).to.equal("insufficient-user-authentication");`,
    `});`,
  ];
  return [
    `pm.test("the answer is one that the document lists", () => {`,
    `  pm.expect(${JSON.stringify(right)}).to.include(pm.response.code);`,
    `});`,
    ...(isPublic ? [] : signedIn),
  ];
}

/** The steps of a hand-written folder, each naming its operation, or bringing a protocol route of its own. */
function told(doc, routes, steps) {
  return steps.map((one) => {
    const route = one.protocol ?? routes.get(one.operation);
    if (!route) throw new Error(`the document has no operation ${one.operation}`);
    return { name: one.name, event: [...beforeScript(one.before), ...testScript(one.tests)], request: request(doc, route, one) };
  });
}

/** The whole collection. */
export function collection(doc) {
  const all = operations(doc);
  const routes = new Map(all.map((route) => [route.op.operationId, route]));
  const signingIn = signIn();
  const defaults = new Map(signingIn.filter((one) => one.operation).toReversed().map((one) => [one.operation, { body: one.body }]));
  const folder = (tag) => ({
    name: tag.name,
    description: tag.description,
    item: all
      .filter((route) => route.op.tags?.[0] === tag.name)
      .map((route) => ({
        name: `${route.op.summary} (${route.op.operationId})`,
        event: testScript(listedAnswers(doc, route)),
        request: request(doc, route, defaults.get(route.op.operationId)),
      })),
  });
  return {
    info: {
      name: `${doc.info.title} ${doc.info.version}`,
      description: "Made from openapi/kenpo.v1.json by tools/contract/postman.mjs; change the document, not this file.",
      schema: SCHEMA,
    },
    item: [
      { name: "Sign in", item: told(doc, routes, signingIn) },
      { name: "J1 Hire with two dependents", item: told(doc, routes, journey()) },
      ...(doc.tags ?? []).map(folder).filter((one) => one.item.length > 0),
    ],
  };
}

/** The environment: an address and empty places for credentials. */
export function environment() {
  const isSecret = (key) => /secret|password/.test(key);
  const value = (key) => (key === "base_url" ? "http://127.0.0.1:8080" : "");
  const values = ENVIRONMENT.map((key) => ({ key, value: value(key), type: isSecret(key) ? "secret" : "default", enabled: true }));
  return { name: "kenpo local", values, _postman_variable_scope: "environment" };
}

function main(args) {
  const isCheck = args[0] === "--check";
  const [documentFile, folder] = isCheck ? args.slice(1) : args;
  const doc = JSON.parse(readFileSync(documentFile, "utf8"));
  const files = { "kenpo.postman_collection.json": collection(doc), "local.postman_environment.json": environment() };
  let stale = 0;
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    const text = `${JSON.stringify(content, null, 2)}\n`;
    if (!isCheck) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, text);
    } else if (read(file) !== text) {
      console.error(`${file} differs from the document: run node tools/contract/postman.mjs ${documentFile} ${folder}`);
      stale += 1;
    }
  }
  return stale === 0 ? 0 : 1;
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(main(process.argv.slice(2)));
