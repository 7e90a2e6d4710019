//! Bank Feeds.

use super::{CompanyReference, Payload, object};
use crate::value::{Amount, CompanyId, ConnectionId, Timestamp, vocabulary};

object! {
    /// A source account was connected or disconnected. Payload of
    /// `bankFeeds.sourceAccount.connected` and `bankFeeds.sourceAccount.disconnected`.
    pub struct SourceAccountEvent {
        /// The company. Older deliveries have [`company_id`](field@Self::company_id) in its place.
        pub reference_company: Option<CompanyReference>,
        /// The company, in older deliveries. Deprecated by Codat.
        pub company_id: Option<CompanyId>,
        /// The connection of the bank feed.
        pub connection_id: Option<ConnectionId>,
        /// The account.
        pub source_account: SourceAccount,
    }
}

impl Payload for SourceAccountEvent {
    fn reference_company(&self) -> Option<&CompanyReference> {
        self.reference_company.as_ref()
    }

    fn company_id(&self) -> Option<CompanyId> {
        self.reference_company
            .as_ref()
            .map(|company| company.id)
            .or(self.company_id)
    }

    fn connection_id(&self) -> Option<ConnectionId> {
        self.connection_id
    }
}

object! {
    /// A bank account that feeds transactions into accounting software.
    ///
    /// Codat sends two generations of this object, with nothing that says which; both are read into
    /// this one. [`routing_info`](Self::routing_info) and [`account_info`](Self::account_info) come
    /// with the second alone.
    pub struct SourceAccount {
        /// The account, as the bank names it.
        pub id: String,
        /// The account's name.
        pub account_name: Option<String>,
        /// What kind of account it is. Free text in the first generation (`Credit`).
        pub account_type: Option<AccountType>,
        /// The account's number.
        pub account_number: Option<String>,
        /// The account's sort code.
        pub sort_code: Option<String>,
        /// Where the bank is found in its payment system.
        pub routing_info: Option<RoutingInfo>,
        /// The account's currency, an ISO 4217 code.
        pub currency: Option<String>,
        /// The account's balance.
        pub balance: Option<Amount>,
        /// More on the account.
        pub account_info: Option<AccountInfo>,
        /// When the account was last modified.
        pub modified_date: Option<Timestamp>,
        /// How the account's connection stands.
        pub status: Option<SourceAccountStatus>,
        /// From when on transactions are fed: a date-time in the first generation, a date only in
        /// the second.
        pub feed_start_date: Option<Timestamp>,
    }
}

object! {
    /// Where a bank is found in its payment system.
    pub struct RoutingInfo {
        /// The bank's code.
        pub bank_code: Option<String>,
        /// What kind of code it is. Wire name `type`.
        #[serde(rename = "type")]
        pub routing_type: Option<RoutingType>,
    }
}

object! {
    /// More on a source account.
    pub struct AccountInfo {
        /// What the account is for.
        pub description: Option<String>,
        /// What the customer calls the account.
        pub nickname: Option<String>,
        /// When the account was opened, a date only.
        pub account_open_date: Option<Timestamp>,
        /// The balance that can be drawn on.
        pub available_balance: Option<Amount>,
    }
}

vocabulary! {
    /// What kind of bank account it is.
    pub enum AccountType {
        Checking = "checking",
        Savings = "savings",
        Loan = "loan",
        CreditCard = "creditCard",
        PrepaidCard = "prepaidCard",
    }
}

vocabulary! {
    /// What kind of code finds the bank.
    pub enum RoutingType {
        Rtn = "rtn",
        Aba = "aba",
        Swift = "swift",
        Bsb = "bsb",
        Iban = "iban",
        Nz2 = "nz2",
        Trno = "trno",
        SortCode = "sortcode",
        Blz = "blz",
        Ifsc = "ifsc",
        BankCode = "bankcode",
        Apca = "apca",
        Clabe = "clabe",
    }
}

vocabulary! {
    /// How a source account's connection stands.
    pub enum SourceAccountStatus {
        Pending = "pending",
        Connected = "connected",
        Connecting = "connecting",
        Disconnected = "disconnected",
        Unknown = "unknown",
    }
}
