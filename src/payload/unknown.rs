//! The parts of an unknown event's payload that most payloads have in common.

use serde_json::value::RawValue;

use super::{CompanyReference, first_real};
use crate::json::{Members, Name};
use crate::value::{CompanyId, ConnectionId};

/// The company and the connection of an unknown event, read from the fields in which known payloads
/// have them.
#[derive(Default)]
pub(crate) struct UnknownParts {
    pub(crate) reference_company: Option<CompanyReference>,
    company_id: Option<CompanyId>,
    pub(crate) connection_id: Option<ConnectionId>,
}

impl UnknownParts {
    /// Reads the payload. `is_company` says that it is the company itself, as in `company.*` events.
    pub(crate) fn parse(json: &RawValue, is_company: bool) -> Self {
        let Ok(members) = Members::from_json(json) else {
            return Self::default();
        };
        let id = is_company.then(|| members.peek(Name::new("id", &[])));
        Self {
            reference_company: members.peek(Name::new("referenceCompany", &[])),
            company_id: first_real([members.peek(Name::new("companyId", &[])), id.flatten()]),
            connection_id: first_real([
                members.peek(Name::new("connectionId", &[])),
                members.peek(Name::new("connection.id", &[])),
            ]),
        }
    }

    /// Returns the id of the company, from wherever it is.
    pub(crate) fn any_company_id(&self) -> Option<CompanyId> {
        let company = self.reference_company.as_ref();
        first_real([company.map(|company| company.id), self.company_id])
    }
}
