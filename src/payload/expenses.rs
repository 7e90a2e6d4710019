//! Payload of the `expenses.sync.*` events.

use std::borrow::Cow;

use super::{CompanyReference, Payload};
use crate::json::log::{shown, tally};

use crate::json::{object, vocabulary};

object! {
    /// Payload of `expenses.sync.*` events, sent when a sync of expenses completed: `.successful` without
    /// errors and warnings, `.unsuccessful` with at least one of either.
    ///
    /// # What next
    ///
    /// `GET /companies/{companyId}/sync/expenses/syncs/{syncId}/transactions`, with
    /// [`sync_id`](Self::sync_id), returns what happened to each transaction.
    ///
    /// Solution: Expenses. See Codat's [list of event types].
    ///
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types#solution-specific-event-types
    pub struct ExpensesSync {
        /// The company whose expenses were synced.
        pub reference_company: CompanyReference = "referenceCompany",
        /// The id of the sync. Documented as text; currently a UUID.
        pub sync_id: String = "syncId",
        /// The transactions of the sync. `None` in older events.
        pub transactions: Option<Vec<ExpensesTransaction>> = "transactions" => with_transactions,
        pub extra: Extra,
    }
}

impl Payload for ExpensesSync {
    fn find_reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        Some(Cow::Borrowed(&self.reference_company))
    }

    fn details(&self) -> Vec<String> {
        let transactions = self.transactions.as_ref().map(|transactions| {
            let statuses = transactions
                .iter()
                .map(|transaction| transaction.status.as_ref());
            tally("transaction", statuses.map(|status| Some(status?.as_str())))
        });
        std::iter::once(format!("sync {}", shown(&self.sync_id)))
            .chain(transactions)
            .collect()
    }
}

object! {
    /// Transaction of an [`ExpensesSync`].
    pub struct ExpensesTransaction {
        /// The id of the transaction. Not necessarily a UUID.
        pub id: String = "id",
        /// The status of the transaction.
        pub status: Option<ExpensesTransactionStatus> = "status" => with_status,
        /// The error message if the transaction failed. Free text.
        pub error_message: Option<String> = "errorMessage" => with_error_message,
        pub extra: Extra,
    }
}

vocabulary! {
    /// Status of an [`ExpensesTransaction`].
    pub enum ExpensesTransactionStatus {
        Unknown = "Unknown",
        PushError = "PushError",
        Completed = "Completed",
        Failed = "Failed",
        Pending = "Pending",
    }
}
