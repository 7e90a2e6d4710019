//! Companies.

use super::{Connection, Payload, object};
use crate::text::shown;
use crate::value::{CompanyId, Tags, Timestamp, UserId};

object! {
    /// A company: the business whose data is shared. Payload of `company.created` and
    /// `company.deleted`.
    ///
    /// ```
    /// use codat_webhooks::payload::Company;
    /// use codat_webhooks::value::CompanyId;
    ///
    /// let id: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse()?;
    /// let mut company = Company::new(id);
    /// company.name = Some("Harbour Bikes".into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct Company {
        /// The company. Some of Codat's pages show `company.created` with a `referenceCompany` in
        /// place of the company's own fields: its id is this one, and the rest of it is in `extra`.
        pub id: CompanyId = "id" | "referenceCompany.id",
        /// The company's name.
        pub name: Option<String> = "name",
        /// What the client has noted on the company.
        pub description: Option<String> = "description",
        /// The URI of the Link page on which the customer authorizes access to the data.
        pub redirect: Option<String> = "redirect",
        /// When data was last synchronized. Missing before the first time.
        pub last_sync: Option<Timestamp> = "lastSync",
        /// When the company was created in Codat.
        pub created: Option<Timestamp> = "created",
        /// Who created the company.
        pub created_by_user_name: Option<String> = "createdByUserName",
        /// The identifiers of the products that are switched on for the company.
        pub products: Option<Vec<String>> = "products",
        /// The company's tags.
        pub tags: Option<Tags> = "tags",
        /// The company that this one is a subsidiary of.
        pub reference_parent_company: Option<CompanyReference> = "referenceParentCompany",
        /// The company's subsidiaries.
        pub reference_subsidiary_companies: Option<Vec<CompanyReference>> = "referenceSubsidiaryCompanies",
        /// The users who own the company. Empty when there are none; missing before July 2026.
        pub owner_user_ids: Option<Vec<UserId>> = "ownerUserIds",
        /// The company's connections. In the API's company object; webhooks leave it out as a rule.
        pub data_connections: Option<Vec<Connection>> = "dataConnections",
        pub extra: Extra,
    }
}

impl Payload for Company {
    fn company_id(&self) -> Option<CompanyId> {
        Some(self.id)
    }

    fn company_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn company_tags(&self) -> Option<&Tags> {
        self.tags.as_ref()
    }
}

object! {
    /// The company that an event is about, in short.
    pub struct CompanyReference {
        /// The company.
        pub id: CompanyId = "id",
        /// The company's name.
        pub name: Option<String> = "name",
        /// What the client has noted on the company.
        pub description: Option<String> = "description",
        /// Where to see the company.
        pub links: Option<CompanyLinks> = "links",
        /// The company's tags.
        pub tags: Option<Tags> = "tags",
        pub extra: Extra,
    }
}

object! {
    /// Where to see a company.
    pub struct CompanyLinks {
        /// The URI of the company's page in the Codat Portal.
        pub portal: Option<String> = "portal",
        pub extra: Extra,
    }
}

object! {
    /// A product was switched on or off for a company. Payload of `company.product.added` and
    /// `company.product.removed`.
    pub struct CompanyProduct {
        /// The company.
        pub id: CompanyId = "id",
        /// The company's name.
        pub name: Option<String> = "name",
        /// What the client has noted on the company.
        pub description: Option<String> = "description",
        /// The identifier of the product that was added or removed, such as `lending`.
        pub product_id: String = "productId",
        /// The product's name, such as `Lending`.
        pub product_name: Option<String> = "productName",
        /// The identifiers of all products that the company has after the change.
        pub products: Option<Vec<String>> = "products",
        pub extra: Extra,
    }
}

impl Payload for CompanyProduct {
    fn company_id(&self) -> Option<CompanyId> {
        Some(self.id)
    }

    fn company_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn details(&self) -> Vec<String> {
        vec![format!("product {}", shown(&self.product_id))]
    }
}
