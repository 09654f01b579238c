//! The OpenAPI schema of [`Form`].
//!
//! Written out, because a derived `allOf` of a closed object and a `kind` is a schema that nothing satisfies:
//! here `kind` is a property of each form's own component.

use utoipa::openapi::schema::{Discriminator, Object, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::forms::{Acquisition, DependentChange, Form, Loss};

type Components = Vec<(String, RefOr<Schema>)>;

/// The kinds with the components that describe them.
const KINDS: [(&str, &str); 3] = [
    ("qualification_acquisition", "Acquisition"),
    ("qualification_loss", "Loss"),
    ("dependent_change", "DependentChange"),
];

impl PartialSchema for Form {
    fn schema() -> RefOr<Schema> {
        let mapping = KINDS.map(|(kind, name)| (kind.to_owned(), format!("#/components/schemas/{name}")));
        let discriminator = Discriminator { mapping: mapping.into(), ..Discriminator::new("kind") };
        let one_of = OneOfBuilder::new()
            .description(Some("One notification form; `kind` tells which."))
            .discriminator(Some(discriminator));
        KINDS.into_iter().fold(one_of, |one_of, (_, name)| one_of.item(Ref::from_schema_name(name))).into()
    }
}

impl ToSchema for Form {
    fn schemas(schemas: &mut Components) {
        let forms = [Acquisition::schema(), Loss::schema(), DependentChange::schema()];
        schemas.extend(
            KINDS.iter().zip(forms).map(|((kind, name), form)| ((*name).to_owned(), with_kind(form, kind))),
        );
        Acquisition::schemas(schemas);
        Loss::schemas(schemas);
        DependentChange::schemas(schemas);
    }
}

/// The closed object of a form with its `kind` as a required property.
fn with_kind(form: RefOr<Schema>, kind: &str) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = form else { return form };
    let tag: Object = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind])).build();
    object.properties.insert("kind".to_owned(), tag.into());
    object.required.insert(0, "kind".to_owned());
    RefOr::T(Schema::Object(object))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::{Value, json};

    use super::*;

    /// The places of a schema that list several values themselves instead of naming a component.
    fn inline_enums(schema: &Value) -> usize {
        let own =
            schema.get("enum").and_then(Value::as_array).map_or(0, |values| usize::from(values.len() > 1));
        let inner: usize = match schema {
            Value::Object(map) => map.values().map(inline_enums).sum(),
            Value::Array(items) => items.iter().map(inline_enums).sum(),
            _ => 0,
        };
        own + inner
    }

    #[test]
    fn coded_values_are_named_components() {
        let mut components = Vec::new();
        Form::schemas(&mut components);
        for (name, schema) in &components {
            let schema = serde_json::to_value(schema).unwrap();
            if schema.get("properties").is_some() {
                assert_eq!(inline_enums(&schema), 0, "{name}");
            }
        }
    }

    #[test]
    fn what_is_read_satisfies_the_schema_and_unknown_fields_do_not() {
        let mut components = Vec::new();
        Form::schemas(&mut components);
        let components: serde_json::Map<String, Value> = components
            .into_iter()
            .map(|(name, schema)| (name, serde_json::to_value(schema).unwrap()))
            .collect();
        let mut document = serde_json::to_value(Form::schema()).unwrap();
        document["components"] = json!({ "schemas": components });
        let validator = jsonschema::validator_for(&document).unwrap();
        let mut form = json!({
            "kind": "qualification_loss", "name_kana": "ミホン イチロウ", "birth_on": "1990-04-15",
            "lost_on": "2026-11-16", "cause": "retirement", "left_on": "2026-11-15"
        });
        assert!(validator.is_valid(&form));
        let read: Form = serde_json::from_value(form.clone()).unwrap();
        assert!(validator.is_valid(&serde_json::to_value(read.normalised()).unwrap()));
        form["pension_number"] = json!("1");
        assert!(!validator.is_valid(&form));
    }
}
