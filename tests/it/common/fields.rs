//! What the reference says of each field: whether it is required, and which JSON it is.

use super::{Fixture, Json, Place};

/// Returns `true` if the object around requires the field, or the array around its element. A field
/// of an object that is sent in several places is named by its end.
pub fn is_required(fixture: &Fixture, place: &Place) -> bool {
    let event_type = &*fixture.event_type();
    let about_company = event_type.starts_with("company.");
    let report = event_type.starts_with("report");
    let bank_feeds = event_type.starts_with("bankFeeds.");
    let categories = event_type == "AccountCategoriesUpdated";
    match &*place.shape() {
        "id" | "eventType" | "type" => true,
        "AlertId" | "alertId" | "RuleType" | "ruleType" | "Type" => true,
        "payload" => fixture.is_known(),
        "payload.id" => about_company || report || event_type.contains(".write."),
        "payload.productId" => event_type.contains(".product."),
        "payload.referenceCompany" => !(about_company || report || bank_feeds || categories),
        "payload.connection" | "payload.connection.status" | "payload.connection.id" => true,
        "payload.dataConnections[].id" | "payload.dataConnections[].status" => true,
        "payload.dataTypes" | "payload.dataTypes[].dataType" => true,
        "payload.sourceAccount" | "payload.sourceAccount.id" => true,
        "payload.syncId" | "payload.transactions[].id" => true,
        shape => {
            shape.ends_with(']')
                || shape.ends_with("referenceCompany.id")
                || shape.ends_with("referenceParentCompany.id")
                || shape.ends_with("referenceSubsidiaryCompanies[].id")
        }
    }
}

/// What a value that does not fit, or a required field that is missing, leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    Error,
    /// The optional field that is `None` and whose raw value is kept: the field itself, or the
    /// nearest one around it.
    Misfit(Place),
}

/// Returns what a fault at the place leads to.
pub fn end_of(fixture: &Fixture, place: &Place) -> End {
    let mut place = place.clone();
    while is_required(fixture, &place) {
        place = place.parent();
        if place.path.is_empty() {
            return End::Error;
        }
    }
    End::Misfit(place)
}

/// The JSON that a field is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Text,
    Uuid,
    Integer,
    Amount,
    StatusCode,
    Boolean,
    List,
    Object,
    /// An object that has a required field.
    DemandingObject,
    Tags,
    Any,
}

/// Returns the kind of the field. A null does not show whether it is in place of an object or a list.
pub fn kind_of(fixture: &Fixture, place: &Place, value: &Json) -> Option<Kind> {
    let shape = place.shape();
    let key = place.key().to_lowercase();
    let text_ids = [
        "payload.sourceAccount.id",
        "payload.syncId",
        "payload.transactions[].id",
        "payload.record.id",
        "payload.attachmentId",
        "payload.productId",
    ];
    let is_text_id = text_ids.contains(&&*shape)
        || (shape == "payload.id" && fixture.event_type().contains(".write."));
    let demanding = |members: &[(String, Json)]| members.iter().any(|(key, _)| key == "id");
    Some(match (&*key, value) {
        ("connectioninfo", _) => Kind::Any,
        ("payload" | "data", _) if !fixture.is_known() => Kind::Any,
        ("tags", _) => Kind::Tags,
        ("dailyquota" | "quotaremaining", _) => Kind::Integer,
        ("balance" | "availablebalance", _) => Kind::Amount,
        ("statuscode", _) => Kind::StatusCode,
        ("recordsmodified", _) => Kind::Boolean,
        _ if is_text_id => Kind::Text,
        (key, Json::Text(_))
            if key.ends_with("id")
                || key.starts_with("pushoperation")
                || key.starts_with("owneruserids[") =>
        {
            Kind::Uuid
        }
        (_, value) if value.is_null() => return None,
        (_, Json::Text(_)) => Kind::Text,
        (_, Json::Array(_)) => Kind::List,
        ("payload", _) if fixture.event_type().starts_with("client.rateLimit.") => Kind::Object,
        ("payload", _) if fixture.event_type() == "AccountCategoriesUpdated" => Kind::Object,
        ("payload", _) => Kind::DemandingObject,
        (_, Json::Object(members)) if demanding(members) && key != "record" => {
            Kind::DemandingObject
        }
        (key, Json::Object(_)) if key.starts_with("datatypes[") => Kind::DemandingObject,
        (_, Json::Object(_)) => Kind::Object,
    })
}
