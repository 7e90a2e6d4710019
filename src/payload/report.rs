//! Reports of Lending and Spend Insights.

use super::{CompanyReference, Payload, object};
use crate::value::ReportId;

object! {
    /// A report was generated, or could not be. Payload of the `reports.*` events.
    pub struct Report {
        /// The report.
        pub id: ReportId = "id",
        /// The company that the report is on.
        pub reference_company: Option<CompanyReference> = "referenceCompany",
        pub extra: Extra,
    }
}

impl Payload for Report {
    fn reference_company(&self) -> Option<&CompanyReference> {
        self.reference_company.as_ref()
    }

    fn details(&self) -> Vec<String> {
        vec![format!("report {}", self.id)]
    }
}
