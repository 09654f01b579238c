//! Bodies of submissions. Personal numbers are cut out before anything else looks at the form.
use super::super::{CutNumbers, Form, Slot, kinds, rules::shape::state_bounds};
use crate::{
    kernel::{
        FieldError, Kind, Problem,
        input::{self, Body},
    },
    values::personal_number::{PersonalNumber, PersonalNumberError},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Discriminator, OneOfBuilder, Ref, RefOr,
        schema::{AdditionalProperties, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};
use uuid::Uuid;
use validator::Validate;

/// A form and the numbers that stood on it.
pub struct Stated {
    /// What it states.
    pub form: Form,
    /// Numbers, cut out.
    pub numbers: CutNumbers,
    /// The returned notification that the form corrects.
    pub resubmission_of: Option<Uuid>,
    /// Places whose twelve digits have a wrong check digit: a finding of the record, not of the body.
    pub mistyped: Vec<Slot>,
}
/// One form.
pub struct NotificationCreate {
    /// Slip.
    pub slip: Slip,
    /// The form.
    pub notification: Stated,
}
/// Up to 100 forms under one slip.
pub struct NotificationBatch {
    /// Slip.
    pub slip: Slip,
    /// The forms.
    pub notifications: Vec<Stated>,
}
/// 届出総括票: who files, for whom, how many.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Slip {
    /// Employer.
    pub employer_id: Uuid,
    /// 届出書の作成者氏名.
    #[validate(length(min = 1, max = 50), custom(function = "input::plain_text"))]
    #[schema(min_length = 1, max_length = 50)]
    pub preparer_name: String,
    /// Number of forms on the slip; refused when another number is read.
    #[serde(default)]
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    pub declared_count: Option<i32>,
}
/// Most forms of a batch.
pub const BATCH_MOST: usize = 100;

impl Body for NotificationCreate {
    const MEDIA: &'static str = "application/json";
    const LIMIT: usize = input::JSON_LIMIT;
    fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let mut root = object(bytes)?;
        let notification = take(&mut root, "notification")?;
        let notification = stated(notification, "/notification")?;
        Ok(Self { slip: typed(Value::Object(root), "")?, notification })
    }
    fn schemas() -> Vec<(String, RefOr<Schema>)> {
        with_slip("NotificationCreate", |b| {
            b.property("notification", Ref::from_schema_name("Notification")).required("notification")
        })
    }
}
impl Body for NotificationBatch {
    const MEDIA: &'static str = "application/json";
    const LIMIT: usize = input::JSON_LIMIT;
    fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let mut root = object(bytes)?;
        let Value::Array(items) = take(&mut root, "notifications")? else {
            return Err(refused("/notifications", "wrong-type"));
        };
        if items.is_empty() || items.len() > BATCH_MOST {
            return Err(refused("/notifications", "E-COUNT"));
        }
        let notifications = items
            .into_iter()
            .enumerate()
            .map(|(i, item)| stated(item, &format!("/notifications/{i}")))
            .collect::<Result<_, _>>()?;
        Ok(Self { slip: typed(Value::Object(root), "")?, notifications })
    }
    fn schemas() -> Vec<(String, RefOr<Schema>)> {
        let items = utoipa::openapi::schema::ArrayBuilder::new()
            .items(Ref::from_schema_name("Notification"))
            .min_items(Some(1))
            .max_items(Some(BATCH_MOST))
            .build();
        with_slip("NotificationBatch", |b| b.property("notifications", items).required("notifications"))
    }
}
fn object(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    match input::parse_json(bytes)? {
        Value::Object(root) => Ok(root),
        _ => Err(refused("", "wrong-type")),
    }
}
fn take(root: &mut Map<String, Value>, key: &'static str) -> Result<Value, Problem> {
    root.remove(key).ok_or_else(|| refused(&format!("/{key}"), "missing-field"))
}
fn refused(pointer: &str, code: &str) -> Problem {
    let said = ("この項目を確認してください", "look at this field");
    Problem { errors: vec![FieldError::at(pointer, code, said)], ..Problem::new(Kind::Invalid) }
}
/// Value → type, with pointers below `base`.
fn typed<T: DeserializeOwned>(value: Value, base: &str) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|e| shape_problem(&e, base))
}
fn shape_problem(e: &serde_path_to_error::Error<serde_json::Error>, base: &str) -> Problem {
    let pointer = format!("{base}{}", input::pointer_of(e.path()));
    let errors = vec![input::shape_error(&pointer, &e.inner().to_string())];
    Problem { errors, ..Problem::new(Kind::Invalid) }
}
/// Cuts the numbers out of one item and types the rest by its kind.
fn stated(item: Value, base: &str) -> Result<Stated, Problem> {
    let Value::Object(mut item) = item else { return Err(refused(base, "wrong-type")) };
    let (numbers, mistyped) = cut(&mut item, base)?;
    let kind = item.remove("kind");
    let resubmission_of = match item.remove("resubmission_of") {
        Some(id) => typed(id, &format!("{base}/resubmission_of"))?,
        None => None,
    };
    let rest = Value::Object(item);
    let Some(kind) = kind else { return Err(refused(&format!("{base}/kind"), "missing-field")) };
    let form = match kind.as_str().and_then(|kind| Form::read(kind, rest)) {
        Some(form) => form.map_err(|e| shape_problem(&e, base))?,
        None => return Err(refused(&format!("{base}/kind"), "unknown-value")),
    };
    Ok(Stated { form, numbers, resubmission_of, mistyped })
}
fn cut(item: &mut Map<String, Value>, base: &str) -> Result<(CutNumbers, Vec<Slot>), Problem> {
    let (mut numbers, mut mistyped) = (CutNumbers::new(), Vec::new());
    let mut from = |part: Option<&mut Map<String, Value>>, slot: Slot| -> Result<(), Problem> {
        let Some(value) = part.and_then(|p| p.remove("personal_number")) else { return Ok(()) };
        match value.as_str().map_or(Err(PersonalNumberError::Malformed), PersonalNumber::parse) {
            Ok(number) => numbers.push((slot, number)),
            Err(PersonalNumberError::CheckDigit) => mistyped.push(slot),
            Err(e) => {
                let pointer = format!("{base}/{}", slot.key().replace('.', "/"));
                let errors = vec![input::shape_error(&pointer, e.as_str())];
                return Err(Problem { errors, ..Problem::new(Kind::Invalid) });
            }
        }
        Ok(())
    };
    from(Some(item), Slot::Insured)?;
    from(item.get_mut("spouse").and_then(Value::as_object_mut), Slot::Spouse)?;
    for (i, slot) in [Slot::Other1, Slot::Other2].into_iter().enumerate() {
        let other = item.get_mut("others").and_then(|o| o.get_mut(i)).and_then(Value::as_object_mut);
        from(other, slot)?;
    }
    Ok((numbers, mistyped))
}

fn with_slip(name: &str, add: impl FnOnce(ObjectBuilder) -> ObjectBuilder) -> Vec<(String, RefOr<Schema>)> {
    let RefOr::T(Schema::Object(slip)) = Slip::schema() else { return Vec::new() };
    let body = add(ObjectBuilder::from(slip)).description(Some("Slip and forms")).build();
    let mut all = vec![(name.to_owned(), body.into())];
    all.extend(form_schemas(true));
    all
}
/// Schemas of the forms: what callers send (`Notification`, with numbers) or what they read (`NotificationForm`, without).
pub fn form_schemas(is_request: bool) -> Vec<(String, RefOr<Schema>)> {
    let suffix = if is_request { "Notification" } else { "Form" };
    let mut all = Vec::new();
    let mut union = OneOfBuilder::new();
    let mut mapping = Vec::new();
    for (base, kind, schema) in kinds::schemas() {
        let name = format!("{base}{suffix}");
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        all.push((format!("{base}Kind"), kind_schema(kind)));
        all.push((name.clone(), variant(object, base, is_request).into()));
        union = union.item(Ref::from_schema_name(&name));
        mapping.push((kind.to_owned(), format!("#/components/schemas/{name}")));
    }
    union = union.discriminator(Some(Discriminator::with_mapping("kind", mapping)));
    let name = if is_request { "Notification" } else { "NotificationForm" };
    all.push((name.to_owned(), RefOr::T(Schema::OneOf(union.build()))));
    all.extend(parts(is_request));
    all
}
fn kind_schema(kind: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([kind]))
        .description(Some("Kind of form"))
        .build()
        .into()
}
fn variant(mut object: Object, base: &str, is_request: bool) -> Object {
    state_bounds(&mut object);
    let names_somebody = object.properties.contains_key("name_kana");
    let mut b = ObjectBuilder::from(object)
        .property("kind", Ref::from_schema_name(format!("{base}Kind")))
        .required("kind")
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(!is_request)));
    if is_request && names_somebody {
        b = b.property("personal_number", number_schema());
    }
    if is_request {
        b = b.property("resubmission_of", resubmission_schema());
    }
    if base == "DependentChange" {
        let entries = utoipa::openapi::schema::ArrayBuilder::new()
            .items(Ref::from_schema_name(entry_name("OtherEntry", is_request)))
            .max_items(Some(2))
            .build();
        b = b
            .property("spouse", Ref::from_schema_name(entry_name("SpouseEntry", is_request)))
            .property("others", entries);
    }
    b.build()
}
fn entry_name(base: &str, is_request: bool) -> String {
    if is_request { format!("{base}WithNumber") } else { base.to_owned() }
}
fn number_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^[0-9]{12}$"))
        .max_length(Some(12))
        .write_only(true)
        .description(Some("個人番号: kept apart from the form; never shown again without a grant"))
        .build()
}
fn resubmission_schema() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .description(Some(
            "再提出: the returned notification that this form corrects, of the same employer and kind. It is resubmitted once: \
             after a second return name the latest; a withdrawn resubmission does not count",
        ))
        .build()
}
/// The entries of dependents and everything the forms refer to.
fn parts(is_request: bool) -> Vec<(String, RefOr<Schema>)> {
    use super::super::{OtherEntry, SpouseEntry};
    let mut all = Vec::new();
    for (name, schema) in [("SpouseEntry", SpouseEntry::schema()), ("OtherEntry", OtherEntry::schema())] {
        if let (true, RefOr::T(Schema::Object(object))) = (is_request, schema.clone()) {
            let with = ObjectBuilder::from(object).property("personal_number", number_schema()).build();
            all.push((entry_name(name, true), with.into()));
        }
    }
    kinds::push_parts(&mut all);
    for (_, schema) in &mut all {
        if let RefOr::T(Schema::Object(object)) = schema {
            state_bounds(object);
        }
    }
    all.retain(|(name, _)| !(is_request && (name == "SpouseEntry" || name == "OtherEntry")));
    all
}
