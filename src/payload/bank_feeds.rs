//! Payload of the Bank Feeds events.

use std::borrow::Cow;

use super::{CompanyReference, Payload, first_real};
use crate::json::log::shown;
use crate::json::{object, vocabulary};
use crate::value::{Amount, CompanyId, ConnectionId, Timestamp};

object! {
    /// Payload of `bankFeeds.sourceAccount.*` events, sent when a source account was connected or
    /// disconnected: when it was mapped to an account in the accounting software, or the mapping was
    /// removed.
    ///
    /// # What next
    ///
    /// Once a source account is connected, post its transactions to Codat's Bank Feeds API. Stop once it is
    /// disconnected.
    ///
    /// Solution: Bank Feeds. See Codat's [list of event types].
    ///
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types#solution-specific-event-types
    pub struct SourceAccountEvent {
        /// The company that the source account belongs to. `None` in older deliveries, which have
        /// [`company_id`](Self::company_id) instead.
        pub reference_company: Option<CompanyReference> = "referenceCompany" => with_reference_company,
        /// The id of the company, in older deliveries. Deprecated by Codat in favour of
        /// [`reference_company`](Self::reference_company).
        pub company_id: Option<CompanyId> = "companyId" => with_company_id,
        /// The id of the bank feed's connection.
        pub connection_id: Option<ConnectionId> = "connectionId" => with_connection_id,
        /// The source account that was connected or disconnected.
        pub source_account: SourceAccount = "sourceAccount",
        pub extra: Extra,
    }
}

impl Payload for SourceAccountEvent {
    fn find_reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        self.reference_company.as_ref().map(Cow::Borrowed)
    }

    fn find_company_id(&self) -> Option<CompanyId> {
        let company = self.reference_company.as_ref();
        first_real([company.map(|company| company.id), self.company_id])
    }

    fn find_connection_id(&self) -> Option<ConnectionId> {
        self.connection_id
    }

    fn details(&self) -> Vec<String> {
        let status = self.source_account.status.iter();
        status.map(|status| shown(status.as_str())).collect()
    }
}

object! {
    /// Bank account whose transactions are fed into accounting software.
    ///
    /// Codat sends two generations of this object, and no field says which one it is. This struct
    /// holds either: [`routing_info`](Self::routing_info) and [`account_info`](Self::account_info)
    /// exist only in the second generation.
    pub struct SourceAccount {
        /// The id of the account. Not necessarily a UUID.
        pub id: String = "id",
        /// The name of the account.
        pub account_name: Option<String> = "accountName" => with_account_name,
        /// The type of the account. Free text in the first generation, such as `Credit`.
        pub account_type: Option<AccountType> = "accountType" => with_account_type,
        /// The account number.
        pub account_number: Option<String> = "accountNumber" => with_account_number,
        /// The sort code of the account.
        pub sort_code: Option<String> = "sortCode" => with_sort_code,
        /// The code that identifies the bank for payments. Second generation only.
        pub routing_info: Option<RoutingInfo> = "routingInfo" => with_routing_info,
        /// The currency of the account, as an ISO 4217 code such as `GBP`.
        pub currency: Option<String> = "currency" => with_currency,
        /// The balance of the account, in its currency.
        pub balance: Option<Amount> = "balance" => with_balance,
        /// Further information about the account. Second generation only.
        pub account_info: Option<AccountInfo> = "accountInfo" => with_account_info,
        /// The time at which the account was last modified.
        pub modified_date: Option<Timestamp> = "modifiedDate" => with_modified_date,
        /// The status of the account's connection.
        pub status: Option<SourceAccountStatus> = "status" => with_status,
        /// The start of the bank feed: a date and time in the first generation, a date in the
        /// second.
        pub feed_start_date: Option<Timestamp> = "feedStartDate" => with_feed_start_date,
        pub extra: Extra,
    }
}

object! {
    /// Code that identifies a bank for payments.
    pub struct RoutingInfo {
        /// The code of the bank, in the format of its [`routing_type`](Self::routing_type).
        pub bank_code: Option<String> = "bankCode" => with_bank_code,
        /// The type of the code.
        pub routing_type: Option<RoutingType> = "type" => with_routing_type,
        pub extra: Extra,
    }
}

object! {
    /// Further information about a [`SourceAccount`].
    pub struct AccountInfo {
        /// The description of the account.
        pub description: Option<String> = "description" => with_description,
        /// The nickname of the account.
        pub nickname: Option<String> = "nickname" => with_nickname,
        /// The date on which the account was opened.
        pub account_open_date: Option<Timestamp> = "accountOpenDate" => with_account_open_date,
        /// The available balance of the account, in its currency.
        pub available_balance: Option<Amount> = "availableBalance" => with_available_balance,
        pub extra: Extra,
    }
}

vocabulary! {
    /// Type of a [`SourceAccount`].
    pub enum AccountType {
        Checking = "checking",
        Savings = "savings",
        Loan = "loan",
        CreditCard = "creditCard",
        PrepaidCard = "prepaidCard",
    }
}

vocabulary! {
    /// Type of the code in a [`RoutingInfo`].
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
    /// Status of the connection of a [`SourceAccount`].
    pub enum SourceAccountStatus {
        Pending = "pending",
        Connected = "connected",
        Connecting = "connecting",
        Disconnected = "disconnected",
        Unknown = "unknown",
    }
}
