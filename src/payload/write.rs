//! Writes: records that Codat wrote to a company's software.

use super::{CompanyReference, Payload, object};
use crate::text::shown;
use crate::value::{ConnectionId, PushOperationKey, Timestamp, vocabulary};

object! {
    /// A write request came to its end. Payload of `{dataType}.write.successful` and
    /// `{dataType}.write.unsuccessful`.
    ///
    /// The data type is in the event type alone. The event type and [`status`](Self::status) are
    /// two facts, and Codat has been seen to send a successful event with a status of
    /// [`TimedOut`](WriteStatus::TimedOut).
    pub struct Write {
        /// The write request, also called push operation: as a rule a UUID, documented as text.
        pub id: String = "id",
        /// What was asked for.
        pub write_type: Option<WriteType> = "type",
        /// The company whose records are written.
        pub reference_company: CompanyReference = "referenceCompany",
        /// The connection that was written to.
        pub connection_id: Option<ConnectionId> = "connectionId",
        /// When the write was requested.
        pub requested_on_date: Option<Timestamp> = "requestedOnDate",
        /// When it came to its end.
        pub completed_on_date: Option<Timestamp> = "completedOnDate",
        /// How it went.
        pub status: Option<WriteStatus> = "status",
        /// The record that was written: there on success, and always for attachments.
        pub record: Option<WriteRecord> = "record",
        /// The attachment's id on the source platform (no UUID).
        pub attachment_id: Option<String> = "attachmentId",
        pub extra: Extra,
    }
}

impl Payload for Write {
    fn reference_company(&self) -> Option<&CompanyReference> {
        Some(&self.reference_company)
    }

    fn connection_id(&self) -> Option<ConnectionId> {
        self.connection_id
    }

    fn details(&self) -> Vec<String> {
        let write_type = self.write_type.as_ref().map(WriteType::as_str);
        let status = self.status.as_ref().map(WriteStatus::as_str);
        std::iter::once(format!("request {}", shown(&self.id)))
            .chain([write_type, status].into_iter().flatten().map(shown))
            .collect()
    }
}

object! {
    /// The record that was written.
    pub struct WriteRecord {
        /// The record's id on the source platform (no UUID).
        pub id: Option<String> = "id",
        pub extra: Extra,
    }
}

vocabulary! {
    /// What a write request asks for.
    pub enum WriteType {
        Create = "Create",
        Update = "Update",
        Delete = "Delete",
        UploadAttachment = "UploadAttachment",
    }
}

vocabulary! {
    /// How a write request stands.
    pub enum WriteStatus {
        Pending = "Pending",
        Failed = "Failed",
        Success = "Success",
        /// Codat has stopped waiting. The record may still be written later, so a consumer that tries
        /// again can make a duplicate.
        TimedOut = "TimedOut",
    }
}

impl Write {
    /// Returns [`id`](field@Self::id) as the key under which the write was requested, if it is a UUID.
    #[must_use]
    pub fn push_operation_key(&self) -> Option<PushOperationKey> {
        self.id.parse().ok()
    }
}
