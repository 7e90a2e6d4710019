//! Payload of the `reports.*` events.

use std::borrow::Cow;

use super::{CompanyReference, Payload};
use crate::json::object;
use crate::value::ReportId;

object! {
    /// Payload of `reports.{report}.generate.*` events, sent when a report was generated, or could not be
    /// generated.
    ///
    /// The [`ReportType`](crate::value::ReportType) is part of the event type. Event types that begin with
    /// `report.` are read too.
    ///
    /// # What next
    ///
    /// Fetch the report by its [`id`](Self::id) soon: about 90 days are kept, and of a categorized bank
    /// statement only the latest.
    ///
    /// Solutions: Lending, Spend Insights. See Codat's [list of event types].
    ///
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types#solution-specific-event-types
    pub struct Report {
        /// The id of the report.
        pub id: ReportId = "id",
        /// The company that the report is about.
        pub reference_company: Option<CompanyReference> = "referenceCompany" => with_reference_company,
        pub extra: Extra,
    }
}

impl Payload for Report {
    fn find_reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        self.reference_company.as_ref().map(Cow::Borrowed)
    }

    fn details(&self) -> Vec<String> {
        vec![format!("report {}", self.id)]
    }
}
