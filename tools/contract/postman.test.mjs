// The collection follows the document: a changed document makes --check fail, and nothing secret is written.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";

import { environment } from "./postman.mjs";
import { journey, signIn } from "./postman-journey.mjs";

/** A document that has just the operations which the hand-written folders name. */
function smallest() {
  const ids = [...new Set([...signIn(), ...journey()].filter((one) => one.operation).map((one) => one.operation))];
  const body = { content: { "application/json": { example: { a: 1 } } } };
  const paths = Object.fromEntries(
    ids.map((id) => [`/v1/${id}`, { post: { operationId: id, tags: ["All"], summary: id, security: [{ oauth: ["x:y"] }], requestBody: body, responses: { 200: {} } } }]),
  );
  return { info: { title: "kenpo", version: "1" }, tags: [{ name: "All" }], paths };
}

function run(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "postman-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const script = new URL("postman.mjs", import.meta.url).pathname;
  return { folder, write: (doc) => writeFileSync(path.join(folder, "doc.json"), JSON.stringify(doc)),
    call: (...flags) => spawnSync(process.execPath, [script, ...flags, path.join(folder, "doc.json"), folder], { encoding: "utf8" }) };
}

test("--check passes after writing and fails when the document changes", (t) => {
  const { folder, write, call } = run(t);
  const doc = smallest();
  write(doc);
  assert.equal(call("--check").status, 1, "nothing written yet");
  assert.equal(call().status, 0);
  assert.equal(call("--check").status, 0);
  const built = JSON.parse(readFileSync(path.join(folder, "kenpo.postman_collection.json"), "utf8"));
  assert.deepEqual(built.item.map((one) => one.name), ["Sign in", "J1 Hire with two dependents", "All"]);
  doc.paths["/v1/getMember"].post.summary = "renamed";
  write(doc);
  assert.equal(call("--check").status, 1);
});

test("a journey step whose operation is gone is an error", (t) => {
  const { write, call } = run(t);
  const doc = smallest();
  delete doc.paths["/v1/getMember"];
  write(doc);
  const result = call();
  assert.notEqual(result.status, 0);
  assert.match(result.stderr, /no operation getMember/);
});

test("lists, capabilities and calculations must be answered, and a token must be taken", (t) => {
  const { folder, write, call } = run(t);
  const doc = smallest();
  const responses = { 200: {}, 401: {}, 404: {}, 503: {} };
  const security = [{ oauth: ["x:y"] }];
  const member = { name: "member_id", in: "path", required: true, schema: {} };
  const other = { ...member, name: "other_id" };
  const added = { listThings: [], listOwn: [member], listOthers: [other], calculateThing: [], getThing: [] };
  for (const [operationId, parameters] of Object.entries(added)) {
    const path = `/v1/${operationId}${parameters.map((one) => `/{${one.name}}`).join("")}`;
    doc.paths[path] = { get: { operationId, tags: ["All"], summary: operationId, security, parameters, responses } };
  }
  write(doc);
  assert.equal(call().status, 0);
  const { item } = JSON.parse(readFileSync(path.join(folder, "kenpo.postman_collection.json"), "utf8")).item.at(-1);
  const one = (id) => item.find(({ name }) => name.endsWith(`(${id})`));
  const taken = (id) => JSON.parse(one(id).event[0].script.exec.find((line) => line.includes("pm.expect([")).match(/\[.*?\]/)[0]);
  for (const id of ["listThings", "listOwn", "calculateThing"]) assert.deepEqual(taken(id), [200], id);
  for (const id of ["listOthers", "getThing"]) assert.deepEqual(taken(id), [200, 401, 404], id);
  assert.match(one("getThing").event[0].script.exec.join(" "), /the token is taken/);
  assert.equal(one("listOwn").request.url.raw, "{{base_url}}/v1/listOwn/{{member_id}}");
});

test("the environment holds no credential", () => {
  for (const { key, value } of environment().values) assert.ok(key === "base_url" || value === "", key);
});
