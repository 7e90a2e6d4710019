//! Bank Feeds.

use super::{CompanyReference, Payload, object};
use crate::text::shown;
use crate::value::{Amount, CompanyId, ConnectionId, Timestamp, vocabulary};

object! {
    /// A source account was connected or disconnected. Payload of
    /// `bankFeeds.sourceAccount.connected` and `bankFeeds.sourceAccount.disconnected`.
    pub struct SourceAccountEvent {
        /// The company. Older deliveries have [`company_id`](field@Self::company_id) in its place.
        pub reference_company: Option<CompanyReference> = "referenceCompany",
        /// The company, in older deliveries. Deprecated by Codat.
        pub company_id: Option<CompanyId> = "companyId",
        /// The connection of the bank feed.
        pub connection_id: Option<ConnectionId> = "connectionId",
        /// The account.
        pub source_account: SourceAccount = "sourceAccount",
        pub extra: Extra,
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

    fn details(&self) -> Vec<String> {
        let status = self.source_account.status.iter();
        status.map(|status| shown(status.as_str())).collect()
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
        pub id: String = "id",
        /// The account's name.
        pub account_name: Option<String> = "accountName",
        /// What kind of account it is. Free text in the first generation (`Credit`).
        pub account_type: Option<AccountType> = "accountType",
        /// The account's number.
        pub account_number: Option<String> = "accountNumber",
        /// The account's sort code.
        pub sort_code: Option<String> = "sortCode",
        /// Where the bank is found in its payment system.
        pub routing_info: Option<RoutingInfo> = "routingInfo",
        /// The account's currency, an ISO 4217 code.
        pub currency: Option<String> = "currency",
        /// The account's balance.
        pub balance: Option<Amount> = "balance",
        /// More on the account.
        pub account_info: Option<AccountInfo> = "accountInfo",
        /// When the account was last modified.
        pub modified_date: Option<Timestamp> = "modifiedDate",
        /// How the account's connection stands.
        pub status: Option<SourceAccountStatus> = "status",
        /// From when on transactions are fed: a date-time in the first generation, a date only in
        /// the second.
        pub feed_start_date: Option<Timestamp> = "feedStartDate",
        pub extra: Extra,
    }
}

object! {
    /// Where a bank is found in its payment system.
    pub struct RoutingInfo {
        /// The bank's code.
        pub bank_code: Option<String> = "bankCode",
        /// What kind of code it is.
        pub routing_type: Option<RoutingType> = "type",
        pub extra: Extra,
    }
}

object! {
    /// More on a source account.
    pub struct AccountInfo {
        /// What the account is for.
        pub description: Option<String> = "description",
        /// What the customer calls the account.
        pub nickname: Option<String> = "nickname",
        /// When the account was opened, a date only.
        pub account_open_date: Option<Timestamp> = "accountOpenDate",
        /// The balance that can be drawn on.
        pub available_balance: Option<Amount> = "availableBalance",
        pub extra: Extra,
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
