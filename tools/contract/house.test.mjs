// Each house rule of .spectral.yaml goes red on a planted fault; the sound document is green.

import assert from "node:assert/strict";
import test from "node:test";

import house from "./functions/house.js";

const CHECKS = [
  "version", "operationIds", "tags", "enums", "enumDescriptions", "unions", "inlineObjects", "closedRequests", "bounds",
  "names", "parameters", "mediaTypes", "problems", "scopes", "explained",
];
const ref = (name) => ({ $ref: `#/components/schemas/${name}` });

function sound() {
  const failures = ["400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "500", "503", "default"];
  const variant = (kind) => ({
    type: "object",
    additionalProperties: false,
    required: ["kind"],
    properties: {
      kind: { type: "string", enum: [kind] },
      born_on: { type: "string", format: "date" },
      pay_yen: { type: "integer", format: "int64", minimum: 0, maximum: 9_007_199_254_740_991 },
      sex: ref("Sex"),
      notes: { type: "array", maxItems: 3, items: { type: "string", maxLength: 9 } },
    },
  });
  const fileForm = {
    operationId: "fileForm",
    tags: ["Forms"],
    summary: "届書を出す",
    description: "Files a form.",
    "x-law": ["R-085"],
    security: [{ oauth: ["forms:write"] }],
    parameters: [
      { name: "Idempotency-Key", in: "header", required: true, schema: { type: "string", maxLength: 128 } },
      { name: "If-Match", in: "header", required: true, schema: { type: "string", maxLength: 128 } },
      { name: "kinds", in: "query", style: "form", explode: false, schema: { type: "array", maxItems: 3, items: { type: "string" } } },
    ],
    requestBody: { content: { "application/json": { schema: ref("Form"), example: { kind: "gain" } } } },
    responses: {
      200: { description: "ok", content: { "application/json": { schema: ref("Receipt"), example: {} } } },
      ...Object.fromEntries(failures.map((status) => [status, { $ref: "#/components/responses/Problem" }])),
    },
  };
  const mapping = { gain: "#/components/schemas/Gain", loss: "#/components/schemas/Loss" };
  return {
    openapi: "3.1.0",
    tags: [{ name: "Forms" }],
    paths: { "/v1/forms/{form_id}": { post: fileForm } },
    components: {
      responses: { Problem: { description: "failure", content: { "application/problem+json": { schema: ref("Problem") } } } },
      schemas: {
        Form: { oneOf: [ref("Gain"), ref("Loss")], discriminator: { propertyName: "kind", mapping } },
        Gain: variant("gain"),
        Loss: variant("loss"),
        Sex: { type: "string", enum: ["male", "female"], "x-enum-descriptions": ["男", "女"] },
        Receipt: { type: "object", properties: { made_at: { type: "string", format: "date-time" } } },
        Problem: { type: "object", properties: { code: { type: "string" } } },
      },
    },
  };
}

function findings(check, change) {
  const doc = sound();
  change(doc, doc.components.schemas, doc.paths["/v1/forms/{form_id}"].post);
  return house(doc, { check }).map((finding) => finding.message);
}

for (const check of CHECKS) {
  test(`green: ${check}`, () => assert.deepEqual(findings(check, () => {}), []));
}

const RED = [
  ["version", "3.2", (d) => (d.openapi = "3.2.0")],
  ["version", "a dialect", (d) => (d.jsonSchemaDialect = "x")],
  ["operationIds", "no camelCase verbNoun", (d, s, op) => (op.operationId = "form_file")],
  ["operationIds", "folds to another", (d, s, op) => (d.paths["/v1/x"] = { get: { ...op, operationId: "fileFORM" } })],
  ["tags", "two tags", (d, s, op) => op.tags.push("More")],
  ["tags", "undeclared", (d) => (d.tags = [])],
  ["tags", "not PascalCase", (d, s, op) => { op.tags = ["forms"]; d.tags = [{ name: "forms" }]; }],
  ["tags", "the webhooks' tag", (d, s, op) => { op.tags = ["Webhooks"]; d.tags = [{ name: "Webhooks" }]; }],
  ["enums", "inline", (d, s) => (s.Gain.properties.sex = { type: "string", enum: ["a", "b"] })],
  ["enums", "inline in a parameter", (d, s, op) => (op.parameters[2].schema = { type: "string", enum: ["a", "b"] })],
  ["enums", "not snake_case", (d, s) => (s.Sex.enum = ["Male", "female"])],
  ["enumDescriptions", "none", (d, s) => delete s.Sex["x-enum-descriptions"]],
  ["enumDescriptions", "one too few", (d, s) => s.Sex["x-enum-descriptions"].pop()],
  ["enumDescriptions", "in English", (d, s) => (s.Sex["x-enum-descriptions"] = ["male", "female"])],
  ["unions", "no discriminator", (d, s) => delete s.Form.discriminator],
  ["unions", "mapping incomplete", (d, s) => delete s.Form.discriminator.mapping.loss],
  ["unions", "inline variant", (d, s) => (s.Form.oneOf[0] = { type: "object" })],
  ["unions", "kind not of one value", (d, s) => (s.Gain.properties.kind = { type: "string" })],
  ["unions", "anyOf", (d, s) => (s.Receipt.anyOf = [ref("Gain")])],
  ["unions", "allOf", (d, s) => (s.Receipt.properties.of = { allOf: [ref("Gain")] })],
  ["inlineObjects", "in a member", (d, s) => (s.Gain.properties.home = { type: "object", properties: {} })],
  ["inlineObjects", "in an answer", (d, s, op) => (op.responses[200].content["application/json"].schema = { properties: {} })],
  ["closedRequests", "open variant", (d, s) => delete s.Gain.additionalProperties],
  ["bounds", "free string", (d, s) => (s.Gain.properties.name = { type: "string" })],
  ["bounds", "free nullable string", (d, s) => (s.Gain.properties.name = { type: ["string", "null"] })],
  ["bounds", "endless array", (d, s) => delete s.Gain.properties.notes.maxItems],
  ["bounds", "integer without format", (d, s) => (s.Receipt.properties.n = { type: "integer" })],
  ["bounds", "yen above 2^53-1", (d, s) => (s.Gain.properties.pay_yen.maximum = 2 ** 60)],
  ["bounds", "yen as a string", (d, s) => (s.Receipt.properties.pay_yen = { type: "string" })],
  ["names", "path", (d) => (d.paths["/v1/myForms"] = { get: {} })],
  ["names", "member", (d, s) => (s.Gain.properties.bornOn = { type: "string" })],
  ["names", "parameter", (d, s, op) => (op.parameters[2].name = "formKinds")],
  ["names", "_on without date", (d, s) => delete s.Gain.properties.born_on.format],
  ["names", "_at without date-time", (d, s) => delete s.Receipt.properties.made_at.format],
  ["parameters", "Content-Type", (d, s, op) => (op.parameters[0].name = "Content-Type")],
  ["parameters", "exploded array", (d, s, op) => (op.parameters[2].explode = true)],
  ["mediaTypes", "of a request", (d, s, op) => (op.requestBody.content = { "application/xml": {} })],
  ["mediaTypes", "of an answer", (d, s, op) => (op.responses[200].content = { "text/plain": {} })],
  ["problems", "unlisted failure", (d, s, op) => delete op.responses[412]],
  ["problems", "plain JSON failure", (d) => (d.components.responses.Problem.content = { "application/json": {} })],
  ["scopes", "no security", (d, s, op) => delete op.security],
  ["scopes", "no scope", (d, s, op) => (op.security = [{ oauth: [] }])],
  ["scopes", "two scopes", (d, s, op) => op.security[0].oauth.push("more")],
  ["explained", "English summary", (d, s, op) => (op.summary = "File")],
  ["explained", "no description", (d, s, op) => delete op.description],
  ["explained", "no law", (d, s, op) => delete op["x-law"]],
  ["explained", "no request example", (d, s, op) => delete op.requestBody.content["application/json"].example],
  ["explained", "no answer example", (d, s, op) => delete op.responses[200].content["application/json"].example],
];

for (const [check, name, change] of RED) {
  test(`red: ${check}: ${name}`, () => assert.notDeepEqual(findings(check, change), []));
}

test("/oauth answers failures as RFC 6749 JSON", () => {
  const move = (doc) => {
    doc.paths = { "/oauth/token": doc.paths["/v1/forms/{form_id}"] };
    doc.components.responses.Problem.content = { "application/json": {} };
  };
  assert.deepEqual(findings("problems", move), []);
});

test("a nullable reference is not a union", () => {
  assert.deepEqual(findings("unions", (d, s) => (s.Receipt.properties.of = { oneOf: [{ type: "null" }, ref("Sex")] })), []);
});
