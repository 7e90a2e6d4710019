//! Reports that Codat generates.

use crate::json::vocabulary;

vocabulary! {
    /// Report that Codat generates: the second part of the event type
    /// `reports.{report}.generate.successful`.
    pub enum ReportType {
        /// Solution: Lending.
        CategorizedBankStatement = "categorizedBankStatement",
        /// Solution: Lending.
        CreditModel = "creditModel",
        /// Solution: Spend Insights.
        SpendAnalysis = "spendAnalysis",
    }
}
