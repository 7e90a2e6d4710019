//! Expenses.

use super::{CompanyReference, Payload, object};
use crate::text::{shown, tally};
use crate::value::vocabulary;

object! {
    /// A sync of expenses came to its end. Payload of `expenses.sync.successful` and
    /// `expenses.sync.unsuccessful`.
    pub struct ExpensesSync {
        /// The company whose expenses were synced.
        pub reference_company: CompanyReference = "referenceCompany",
        /// The sync: a UUID today, documented as text.
        pub sync_id: String = "syncId",
        /// How each transaction went. Older events leave it out.
        pub transactions: Option<Vec<ExpensesTransaction>> = "transactions",
        pub extra: Extra,
    }
}

impl Payload for ExpensesSync {
    fn reference_company(&self) -> Option<&CompanyReference> {
        Some(&self.reference_company)
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
    /// How one transaction of a sync went.
    pub struct ExpensesTransaction {
        /// The transaction, as the client names it.
        pub id: String = "id",
        /// How it went.
        pub status: Option<ExpensesTransactionStatus> = "status",
        /// What went wrong.
        pub error_message: Option<String> = "errorMessage",
        pub extra: Extra,
    }
}

vocabulary! {
    /// How a transaction of a sync stands.
    pub enum ExpensesTransactionStatus {
        Unknown = "Unknown",
        PushError = "PushError",
        Completed = "Completed",
        Failed = "Failed",
        Pending = "Pending",
    }
}
