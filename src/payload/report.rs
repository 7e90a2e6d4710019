//! Payload of the `reports.*` events.

use std::borrow::Cow;

use super::{CompanyReference, Payload};
use crate::json::object;
use crate::value::ReportId;

object! {
    /// Payload of `reports.*` events, sent when a report was generated, or could not be generated.
    ///
    /// The kind of the report is part of the event type:
    ///
    /// | event types | report | solution |
    /// |---|---|---|
    /// | `reports.categorizedBankStatement.generate.*` | categorized bank statement | Lending |
    /// | `reports.creditModel.generate.*` | credit model | Lending |
    /// | `reports.spendAnalysis.generate.*` | spend analysis | Spend Insights |
    ///
    /// Here `*` is `successful` or `unsuccessful`. Event types that begin with `report.` are read
    /// too. Reports that this version does not list have the same payload, in
    /// [`Event::ReportsGenerateSuccessful`](crate::Event::ReportsGenerateSuccessful) and
    /// [`Event::ReportsGenerateUnsuccessful`](crate::Event::ReportsGenerateUnsuccessful).
    ///
    /// See Codat's [list of event types].
    ///
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types
    pub struct Report {
        /// The id of the report.
        pub id: ReportId = "id",
        /// The company that the report is about.
        pub reference_company: Option<CompanyReference> = "referenceCompany" => with_reference_company,
        pub extra: Extra,
    }
}

impl Payload for Report {
    fn reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        self.reference_company.as_ref().map(Cow::Borrowed)
    }

    fn details(&self) -> Vec<String> {
        vec![format!("report {}", self.id)]
    }
}
