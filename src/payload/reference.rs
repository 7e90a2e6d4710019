//! The reference to a company in most payloads.

use crate::json::object;
use crate::value::{CompanyId, Tags};

object! {
    /// Reference to a company: the `referenceCompany` of most payloads.
    ///
    /// Deliveries often have only [`id`](Self::id) and `name`.
    pub struct CompanyReference {
        /// The id of the company.
        pub id: CompanyId = "id",
        /// The name of the company.
        pub name: Option<String> = "name" => with_name,
        /// The client's description of the company.
        pub description: Option<String> = "description" => with_description,
        /// Links to pages about the company.
        pub links: Option<CompanyLinks> = "links" => with_links,
        /// The tags of the company.
        pub tags: Option<Tags> = "tags" => with_tags,
        pub extra: Extra,
    }
}

object! {
    /// Links to pages about a company.
    pub struct CompanyLinks {
        /// The URI of the company's page in the Codat Portal.
        pub portal: Option<String> = "portal" => with_portal,
        pub extra: Extra,
    }
}
