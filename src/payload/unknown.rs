//! The parts of an unknown event's payload that most payloads have in common.

use serde_json::value::RawValue;

use super::{CompanyReference, Payload};
use crate::value::{CompanyId, ConnectionId, Members, Name};

/// The company and the connection of an unknown event, read from the fields in which known payloads
/// have them.
#[derive(Default)]
pub(crate) struct UnknownPayload {
    reference_company: Option<CompanyReference>,
    company_id: Option<CompanyId>,
    connection_id: Option<ConnectionId>,
}

impl UnknownPayload {
    pub(crate) fn read(json: &RawValue) -> Self {
        let Ok(members) = Members::from_json(json) else {
            return Self::default();
        };
        Self {
            reference_company: members.peek(Name::new("referenceCompany", &[])),
            company_id: members.peek(Name::new("companyId", &[])),
            connection_id: members.peek(Name::new("connectionId", &["connection.id"])),
        }
    }

    pub(crate) fn into_reference_company(self) -> Option<CompanyReference> {
        self.reference_company
    }
}

impl Payload for UnknownPayload {
    fn reference_company(&self) -> Option<&CompanyReference> {
        self.reference_company.as_ref()
    }

    fn company_id(&self) -> Option<CompanyId> {
        let company = self.reference_company.as_ref();
        company.map(|company| company.id).or(self.company_id)
    }

    fn connection_id(&self) -> Option<ConnectionId> {
        self.connection_id
    }
}
