//! Data types that Codat reads and writes.

use crate::json::vocabulary;

vocabulary! {
    /// Type of data that Codat reads or writes, such as invoices.
    ///
    /// It appears in [`ReadCompleted`](crate::payload::ReadCompleted), and as the first part of the
    /// event type of a write, such as `invoices.write.successful`.
    pub enum DataType {
        AccountTransactions = "accountTransactions",
        BalanceSheet = "balanceSheet",
        BankAccounts = "bankAccounts",
        BankTransactions = "bankTransactions",
        BillCreditNotes = "billCreditNotes",
        BillPayments = "billPayments",
        Bills = "bills",
        CashFlowStatement = "cashFlowStatement",
        ChartOfAccounts = "chartOfAccounts",
        Company = "company",
        CreditNotes = "creditNotes",
        Customers = "customers",
        DirectCosts = "directCosts",
        DirectIncomes = "directIncomes",
        Invoices = "invoices",
        ItemReceipts = "itemReceipts",
        Items = "items",
        JournalEntries = "journalEntries",
        Journals = "journals",
        PaymentMethods = "paymentMethods",
        Payments = "payments",
        ProfitAndLoss = "profitAndLoss",
        PurchaseOrders = "purchaseOrders",
        SalesOrders = "salesOrders",
        Suppliers = "suppliers",
        TaxRates = "taxRates",
        TrackingCategories = "trackingCategories",
        Transfers = "transfers",
        BankingAccountBalances = "banking-accountBalances",
        BankingAccounts = "banking-accounts",
        BankingTransactionCategories = "banking-transactionCategories",
        BankingTransactions = "banking-transactions",
        CommerceCompanyInfo = "commerce-companyInfo",
        CommerceCustomers = "commerce-customers",
        CommerceDisputes = "commerce-disputes",
        CommerceLocations = "commerce-locations",
        CommerceOrders = "commerce-orders",
        CommercePaymentMethods = "commerce-paymentMethods",
        CommercePayments = "commerce-payments",
        CommerceProductCategories = "commerce-productCategories",
        CommerceProducts = "commerce-products",
        CommerceTaxComponents = "commerce-taxComponents",
        CommerceTransactions = "commerce-transactions",
    }
}

impl DataType {
    /// The data types that Codat supports writing to, as of this version of the crate.
    pub const WRITABLE: &'static [Self] = &[
        Self::BankAccounts,
        Self::BankTransactions,
        Self::BillCreditNotes,
        Self::BillPayments,
        Self::Bills,
        Self::ChartOfAccounts,
        Self::CreditNotes,
        Self::Customers,
        Self::DirectCosts,
        Self::DirectIncomes,
        Self::Invoices,
        Self::Items,
        Self::JournalEntries,
        Self::Journals,
        Self::Payments,
        Self::PurchaseOrders,
        Self::Suppliers,
        Self::Transfers,
    ];
}
