// Each rule of openapi-diff.mjs goes red on a planted break, and stays green on the change that is allowed instead.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";

import { accepted, breaks } from "./openapi-diff.mjs";

function sample() {
  const problem = { description: "failure", content: { "application/problem+json": { schema: { type: "object" } } } };
  const fileForm = {
    operationId: "fileForm",
    security: [{ oauth: ["forms:write"] }],
    parameters: [
      { name: "validate_only", in: "query", schema: { type: "boolean" } },
      { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 500 } },
    ],
    requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Form" } } } },
    responses: {
      200: {
        description: "ok",
        headers: { ETag: { schema: { type: "string" } } },
        content: { "application/json": { schema: { $ref: "#/components/schemas/Receipt" } } },
      },
      409: problem,
    },
  };
  const schemas = {
    Form: {
      oneOf: [{ $ref: "#/components/schemas/Gain" }, { $ref: "#/components/schemas/Loss" }],
      discriminator: { propertyName: "kind" },
    },
    Gain: {
      type: "object",
      additionalProperties: false,
      required: ["kind"],
      properties: {
        kind: { type: "string", enum: ["gain"] },
        name: { type: "string", maxLength: 40, pattern: "^.+$" },
        sex: { $ref: "#/components/schemas/Sex" },
        tags: { type: "array", maxItems: 5, items: { type: "string" } },
      },
    },
    Loss: { type: "object", properties: { kind: { type: "string", enum: ["loss"] } } },
    Sex: { type: "string", enum: ["male", "female"] },
    Receipt: {
      type: "object",
      required: ["id", "state"],
      properties: {
        id: { type: "string", format: "uuid" },
        state: { $ref: "#/components/schemas/State" },
        count: { type: "integer", format: "int32", maximum: 100 },
        parent: { $ref: "#/components/schemas/Receipt" },
        rows: { type: "array", items: { $ref: "#/components/schemas/Row" } },
      },
    },
    Row: { type: "object", required: ["n"], properties: { n: { type: "integer" } } },
    State: { type: "string", enum: ["received", "decided"] },
  };
  return { paths: { "/v1/forms": { post: fileForm } }, components: { schemas } };
}

/** The findings after `change` was made to a copy of the sample. */
function after(change) {
  const doc = sample();
  change(doc, doc.components.schemas, doc.paths["/v1/forms"].post);
  return breaks(sample(), doc);
}

const RED = {
  "a path removed": [(d) => delete d.paths["/v1/forms"], /^POST \/v1\/forms removed$/],
  "an operation renamed": [(d, s, op) => (op.operationId = "sendForm"), /operationId fileForm became sendForm/],
  "a parameter removed": [(d, s, op) => op.parameters.shift(), /query validate_only: removed/],
  "a parameter made required": [(d, s, op) => (op.parameters[0].required = true), /validate_only: required/],
  "a new required parameter": [(d, s, op) => op.parameters.push({ name: "X-Key", in: "header", required: true }), /header X-Key: required/],
  "a parameter's range tightened": [(d, s, op) => (op.parameters[1].schema.maximum = 100), /query limit: maximum 500 does not fit 100/],
  "a parameter's type changed": [(d, s, op) => (op.parameters[0].schema.type = "string"), /type boolean no longer fits string/],
  "the body made required": [(d, s, op) => (op.requestBody.required = true), /request body: required/],
  "the body removed": [(d, s, op) => delete op.requestBody, /request body: removed/],
  "a request media type removed": [(d, s, op) => (op.requestBody.content = {}), /request body: media type application\/json removed/],
  "a variant of a request removed": [(d, s) => s.Form.oneOf.pop(), /variant Loss does not fit/],
  "a request member removed": [(d, s) => delete s.Gain.properties.name, /<Gain>\.name: removed/],
  "a request member made required": [(d, s) => s.Gain.required.push("name"), /<Gain>\.name: required/],
  "a request enum value removed": [(d, s) => s.Sex.enum.pop(), /<Gain>\.sex: enum value "female" does not fit/],
  "an enum put on a free value": [(d, s) => (s.Gain.properties.name.enum = ["a"]), /name: an enum does not fit a free value/],
  "a length shortened": [(d, s) => (s.Gain.properties.name.maxLength = 20), /maxLength 40 does not fit 20/],
  "a pattern changed": [(d, s) => (s.Gain.properties.name.pattern = "^a"), /pattern/],
  "a format added": [(d, s) => (s.Gain.properties.name.format = "date"), /format none does not fit date/],
  "a list's items narrowed": [(d, s) => (s.Gain.properties.tags.items.maxLength = 3), /tags\[\]: maxLength/],
  "a request object closed": [(d, s) => (s.Loss.additionalProperties = false), /no longer takes unknown members/],
  "a status removed": [(d, s, op) => delete op.responses[409], /409 removed/],
  "a response media type changed": [(d, s, op) => (op.responses[409].content = { "application/json": {} }), /409 response body: media type/],
  "a response header removed": [(d, s, op) => delete op.responses[200].headers, /response header ETag: removed/],
  "a response member removed": [(d, s) => delete s.Receipt.properties.count, /200 response count: removed/],
  "a response member made optional": [(d, s) => s.Receipt.required.pop(), /200 response state: required/],
  "a nested response member removed": [(d, s) => { s.Row.properties = {}; s.Row.required = []; }, /rows\[\]\.n: removed/],
  "a response enum value added": [(d, s) => s.State.enum.push("withdrawn"), /state: enum value "withdrawn" does not fit/],
  "a response made nullable": [(d, s) => (s.Receipt.properties.id.type = ["string", "null"]), /type string\|null no longer fits string/],
  "a response limit loosened": [(d, s) => (s.Receipt.properties.count.maximum = 1000), /maximum 1000 does not fit 100/],
  "a response format changed": [(d, s) => delete s.Receipt.properties.id.format, /format none does not fit uuid/],
  "another scope needed": [(d, s, op) => (op.security = [{ oauth: ["forms:admin"] }]), /security: .*no longer enough/],
  "one more scope needed": [(d, s, op) => op.security[0].oauth.push("extra"), /security/],
};

for (const [name, [change, expected]] of Object.entries(RED)) {
  test(`red: ${name}`, () => {
    const found = after(change);
    assert.ok(found.some((line) => expected.test(line)), `${name} was not found in ${JSON.stringify(found)}`);
  });
}

const GREEN = {
  "nothing changed": () => {},
  "a path added": (d) => (d.paths["/v1/others"] = { get: { operationId: "listOthers", responses: {} } }),
  "an optional parameter added": (d, s, op) => op.parameters.push({ name: "note", in: "query", schema: { type: "string" } }),
  "a parameter's range widened": (d, s, op) => (op.parameters[1].schema.maximum = 1000),
  "a request variant added": (d, s) => { s.Change = { type: "object" }; s.Form.oneOf.push({ $ref: "#/components/schemas/Change" }); },
  "an optional request member added": (d, s) => (s.Gain.properties.note = { type: "string" }),
  "a request enum value added": (d, s) => s.Sex.enum.push("unset"),
  "a request member made optional": (d, s) => (s.Gain.required = []),
  "a request length raised": (d, s) => (s.Gain.properties.name.maxLength = 80),
  "a response member added": (d, s) => (s.Receipt.properties.extra = { type: "string" }),
  "a response member made required": (d, s) => s.Receipt.required.push("count"),
  "a response enum value removed": (d, s) => s.State.enum.pop(),
  "a response limit tightened": (d, s) => (s.Receipt.properties.count.maximum = 10),
  "a status added": (d, s, op) => (op.responses[422] = { description: "refused" }),
  "security lifted": (d, s, op) => (op.security = []),
  "an alternative scope added": (d, s, op) => op.security.push({ oauth: ["forms:admin"] }),
};

for (const [name, change] of Object.entries(GREEN)) {
  test(`green: ${name}`, () => assert.deepEqual(after(change), []));
}

test("an enum released as open may grow in responses", () => {
  const [before, now] = [sample(), sample()];
  before.components.schemas.State["x-extensible-enum"] = true;
  now.components.schemas.State.enum.push("withdrawn");
  assert.deepEqual(breaks(before, now), []);
});

test("a union of answers grows only when it was released as open", () => {
  const grown = (open) => {
    const [before, now] = [sample(), sample()];
    for (const doc of [before, now]) {
      const answer = doc.paths["/v1/forms"].post.responses[200].content["application/json"];
      answer.schema = { oneOf: [{ $ref: "#/components/schemas/Gain" }], "x-extensible-enum": open };
    }
    const answer = now.paths["/v1/forms"].post.responses[200].content["application/json"];
    answer.schema.oneOf.push({ $ref: "#/components/schemas/Loss" });
    return breaks(before, now);
  };
  assert.deepEqual(grown(true), []);
  assert.match(grown(false).join(), /200 response body: variant Loss does not fit/);
});

test("the command compares every released document and obeys CHANGES.md", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "openapi-diff-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const now = sample();
  delete now.components.schemas.Receipt.properties.count;
  writeFileSync(path.join(folder, "kenpo.v1.json"), JSON.stringify(now));
  const run = () => spawnSync(process.execPath, [new URL("openapi-diff.mjs", import.meta.url).pathname, folder], { encoding: "utf8" });
  assert.equal(run().status, 0, "nothing released: nothing can break");

  mkdirSync(path.join(folder, "released"));
  writeFileSync(path.join(folder, "released", "1.0.0.json"), JSON.stringify(sample()));
  const refused = run();
  assert.equal(refused.status, 1);
  const finding = refused.stderr.trim().replace(/^1\.0\.0\.json: /, "");
  assert.match(finding, /count: removed/);

  writeFileSync(path.join(folder, "CHANGES.md"), `# Changes\n\n- accepted: ${finding}\n`);
  assert.equal(run().status, 0);
  assert.deepEqual([...accepted("- accepted: a b\n- not this\n")], ["a b"]);
});
