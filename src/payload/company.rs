//! Payloads of the `company.*` events.

use std::borrow::Cow;

use super::{CompanyReference, Connection, Payload};
use crate::json::log::shown;
use crate::json::object;
use crate::value::{CompanyId, Tags, Timestamp, UserId};

object! {
    /// Payload of `company.created` and `company.deleted` events, sent when a company was created
    /// or deleted.
    ///
    /// A company is a business whose data is shared through Codat. In these events, the payload is
    /// the company itself, so there is no `referenceCompany`.
    ///
    /// # What next
    ///
    /// After `company.created`, send the customer to [`redirect`](Self::redirect) to connect software. Store
    /// [`id`](Self::id): every other event refers to the company by it.
    ///
    /// Solution: Platform. See Codat's [list of event types].
    ///
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types#platform-wide-event-types
    ///
    /// ```
    /// use codat_webhooks::payload::Company;
    /// use codat_webhooks::value::CompanyId;
    ///
    /// let id: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse()?;
    /// let company = Company::new(id).with_name("Harbour Bikes");
    /// assert_eq!(company.name.as_deref(), Some("Harbour Bikes"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct Company {
        /// The id of the company.
        ///
        /// Some of Codat's pages show `company.created` with a `referenceCompany` instead of the
        /// company's own fields. The id is then read from there, and `extra` holds the
        /// `referenceCompany`.
        pub id: CompanyId = "id" | "referenceCompany.id",
        /// The name of the company.
        pub name: Option<String> = "name" => with_name,
        /// The client's description of the company.
        pub description: Option<String> = "description" => with_description,
        /// The URI of the Link page on which the customer authorizes access to the data.
        pub redirect: Option<String> = "redirect" => with_redirect,
        /// The time of the last synchronization. `None` if there was none yet.
        pub last_sync: Option<Timestamp> = "lastSync" => with_last_sync,
        /// The time at which the company was created in Codat.
        pub created: Option<Timestamp> = "created" => with_created,
        /// The name of the user who created the company.
        pub created_by_user_name: Option<String> = "createdByUserName" => with_created_by_user_name,
        /// The identifiers of the products that are enabled for the company, such as `lending`. An
        /// open set.
        pub products: Option<Vec<String>> = "products" => with_products,
        /// The tags of the company.
        pub tags: Option<Tags> = "tags" => with_tags,
        /// The company that this one is a subsidiary of.
        pub reference_parent_company: Option<CompanyReference> = "referenceParentCompany" => with_reference_parent_company,
        /// The subsidiaries of the company.
        pub reference_subsidiary_companies: Option<Vec<CompanyReference>> = "referenceSubsidiaryCompanies" => with_reference_subsidiary_companies,
        /// The ids of the users who own the company. Empty if there are none; `None` in events from
        /// before July 2026.
        pub owner_user_ids: Option<Vec<UserId>> = "ownerUserIds" => with_owner_user_ids,
        /// The connections of the company. Part of the company in Codat's API; webhooks usually
        /// leave it out.
        pub data_connections: Option<Vec<Connection>> = "dataConnections" => with_data_connections,
        pub extra: Extra,
    }
}

impl Payload for Company {
    fn find_company_id(&self) -> Option<CompanyId> {
        Some(self.id)
    }

    fn find_company_name(&self) -> Option<Cow<'_, str>> {
        self.name.as_deref().map(Cow::Borrowed)
    }

    fn find_company_tags(&self) -> Option<Cow<'_, Tags>> {
        self.tags.as_ref().map(Cow::Borrowed)
    }
}

object! {
    /// Payload of `company.product.*` events, sent when a product was enabled or disabled for a
    /// company. [`products`](Self::products) lists those that the company has now.
    ///
    /// Solution: Platform. See Codat's [list of event types].
    ///
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types#platform-wide-event-types
    pub struct CompanyProduct {
        /// The id of the company.
        pub id: CompanyId = "id",
        /// The name of the company.
        pub name: Option<String> = "name" => with_name,
        /// The client's description of the company.
        pub description: Option<String> = "description" => with_description,
        /// The identifier of the product that was added or removed, such as `lending`. An open set.
        pub product_id: String = "productId",
        /// The name of the product, such as `Lending`.
        pub product_name: Option<String> = "productName" => with_product_name,
        /// The identifiers of all products of the company after the change.
        pub products: Option<Vec<String>> = "products" => with_products,
        pub extra: Extra,
    }
}

impl Payload for CompanyProduct {
    fn find_company_id(&self) -> Option<CompanyId> {
        Some(self.id)
    }

    fn find_company_name(&self) -> Option<Cow<'_, str>> {
        self.name.as_deref().map(Cow::Borrowed)
    }

    fn details(&self) -> Vec<String> {
        vec![format!("product {}", shown(&self.product_id))]
    }
}
