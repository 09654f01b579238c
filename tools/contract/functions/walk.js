// Walking an OpenAPI document without resolving it: where a thing is written matters to the house rules.

const METHODS = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];

/** Every operation of the document: {path, method, op, at}. `op.parameters` lacks those of the path item; see allParameters. */
export function operations(doc) {
  const found = [];
  for (const [path, item] of Object.entries(doc.paths ?? {})) {
    for (const method of METHODS) {
      if (item[method]) found.push({ path, method, op: item[method], item, at: ["paths", path, method] });
    }
  }
  return found;
}

/** The object that a local reference names, or the value itself. */
export function deref(doc, value) {
  if (typeof value?.$ref !== "string" || !value.$ref.startsWith("#/")) return value;
  return value.$ref
    .slice(2)
    .split("/")
    .reduce((node, key) => node?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], doc);
}

export function allParameters(doc, { item, op }) {
  return [...(item.parameters ?? []), ...(op.parameters ?? [])].map((parameter) => deref(doc, parameter));
}

/** The example of a parameter or media type: its own, or the one of its schema. */
export function exampleOf(doc, holder) {
  const own = holder?.example ?? Object.values(holder?.examples ?? {})[0]?.value;
  const schema = deref(doc, holder?.schema);
  return own ?? schema?.example ?? schema?.examples?.[0];
}

/** Calls visit(schema, path) for every schema under `schema`; does not follow references. */
export function walkSchema(schema, at, visit) {
  if (schema === null || typeof schema !== "object") return;
  visit(schema, at);
  for (const key of ["items", "additionalProperties", "not", "contains", "propertyNames"]) {
    walkSchema(schema[key], [...at, key], visit);
  }
  for (const key of ["oneOf", "anyOf", "allOf", "prefixItems"]) {
    (schema[key] ?? []).forEach((part, i) => walkSchema(part, [...at, key, i], visit));
  }
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    walkSchema(part, [...at, "properties", name], visit);
  }
}

/** Calls visit(schema, path, isComponent) for every schema written anywhere in the document. */
export function walkDocument(doc, visit) {
  for (const [name, schema] of Object.entries(doc.components?.schemas ?? {})) {
    const root = ["components", "schemas", name];
    walkSchema(schema, root, (part, at) => visit(part, at, at.length === root.length));
  }
  for (const place of carriers(doc)) {
    walkSchema(place.schema, place.at, (part, at) => visit(part, at, false));
  }
}

/** Every place outside components.schemas that holds a schema: parameters, bodies, answers, headers. */
function carriers(doc) {
  const found = [];
  const content = (holder, at) => {
    for (const [type, media] of Object.entries(holder?.content ?? {})) {
      if (media.schema) found.push({ schema: media.schema, at: [...at, "content", type, "schema"] });
    }
  };
  const parameters = (list, at) =>
    Object.entries(list ?? {}).forEach(([key, parameter]) => {
      if (parameter.schema) found.push({ schema: parameter.schema, at: [...at, Number.isNaN(Number(key)) ? key : Number(key), "schema"] });
    });
  const responses = (list, at) =>
    Object.entries(list ?? {}).forEach(([status, response]) => {
      content(response, [...at, status]);
      parameters(response.headers, [...at, status, "headers"]);
    });
  for (const { op, item, path, at } of operations(doc)) {
    parameters(item.parameters, ["paths", path, "parameters"]);
    parameters(op.parameters, [...at, "parameters"]);
    content(op.requestBody, [...at, "requestBody"]);
    responses(op.responses, [...at, "responses"]);
  }
  const shared = doc.components ?? {};
  parameters(shared.parameters, ["components", "parameters"]);
  responses(shared.responses, ["components", "responses"]);
  Object.entries(shared.requestBodies ?? {}).forEach(([name, body]) => content(body, ["components", "requestBodies", name]));
  return found;
}

/** The schemas that a caller's body can reach, references followed: [{schema, at}], each component once. */
export function requestSchemas(doc) {
  const found = [];
  const seen = new Set();
  const follow = (schema, at) =>
    walkSchema(schema, at, (part, where) => {
      found.push({ schema: part, at: where });
      if (typeof part.$ref !== "string" || seen.has(part.$ref)) return;
      seen.add(part.$ref);
      follow(deref(doc, part), part.$ref.slice(2).split("/"));
    });
  for (const { op, at } of operations(doc)) {
    const body = deref(doc, op.requestBody);
    for (const [type, media] of Object.entries(body?.content ?? {})) {
      if (media.schema) follow(media.schema, [...at, "requestBody", "content", type, "schema"]);
    }
  }
  return found;
}
