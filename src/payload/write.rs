//! Payload of the `{dataType}.write.*` events.

use std::borrow::Cow;

use super::{CompanyReference, Payload};
use crate::json::log::shown;
use crate::json::{object, vocabulary};
use crate::value::{ConnectionId, PushOperationKey, Timestamp};

object! {
    /// Payload of `{dataType}.write.*` events, sent when a request to write a record to a company's
    /// software succeeded or failed.
    ///
    /// The data type is not in the payload. It is the first part of the event type, and is returned
    /// by [`Event::data_type`](crate::Event::data_type).
    ///
    /// The event type and [`status`](Self::status) can disagree: Codat's published samples
    /// include a `.write.successful` event with the status [`TimedOut`](WriteStatus::TimedOut).
    ///
    /// # What next
    ///
    /// A `.write.unsuccessful` event has no reason: `GET /companies/{companyId}/push/{pushOperationKey}`,
    /// with [`id`](Self::id) as the key, returns it. After `.write.successful`, the record is not in
    /// Codat's cache until the next read.
    ///
    ///
    /// Solution: Platform. See Codat's [list of event types].
    ///
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types#platform-wide-event-types
    pub struct Write {
        /// The id of the write request, also called the push operation key. Documented as text;
        /// usually a UUID, see [`push_operation_key`](Self::push_operation_key). Look up your own row by it.
        pub id: String = "id",
        /// The type of the write request.
        pub write_type: Option<WriteType> = "type" => with_write_type,
        /// The company whose software is written to.
        pub reference_company: CompanyReference = "referenceCompany",
        /// The id of the connection that is written to.
        pub connection_id: Option<ConnectionId> = "connectionId" => with_connection_id,
        /// The time at which the write was requested, in UTC.
        pub requested_on_date: Option<Timestamp> = "requestedOnDate" => with_requested_on_date,
        /// The time at which the write request was completed, in UTC.
        pub completed_on_date: Option<Timestamp> = "completedOnDate" => with_completed_on_date,
        /// The status of the write request.
        pub status: Option<WriteStatus> = "status" => with_status,
        /// The record that was written. Sent on success, and always for attachments.
        pub record: Option<WriteRecord> = "record" => with_record,
        /// The id of the attachment on the source platform. Not a UUID.
        pub attachment_id: Option<String> = "attachmentId" => with_attachment_id,
        pub extra: Extra,
    }
}

impl Payload for Write {
    fn find_reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        Some(Cow::Borrowed(&self.reference_company))
    }

    fn find_connection_id(&self) -> Option<ConnectionId> {
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
    /// Record that a [`Write`] refers to.
    pub struct WriteRecord {
        /// The id of the record on the source platform. Not a UUID.
        pub id: Option<String> = "id" => with_id,
        pub extra: Extra,
    }
}

vocabulary! {
    /// Type of a write request.
    pub enum WriteType {
        Create = "Create",
        Update = "Update",
        Delete = "Delete",
        UploadAttachment = "UploadAttachment",
    }
}

vocabulary! {
    /// Status of a write request.
    pub enum WriteStatus {
        Pending = "Pending",
        Failed = "Failed",
        Success = "Success",
        /// Codat stopped waiting for the source platform. The record may still be written later, so
        /// a retry can create a duplicate.
        TimedOut = "TimedOut",
    }
}

impl Write {
    /// Returns [`id`](Self::id) as a push operation key, or `None` if it is not a UUID.
    #[must_use]
    pub fn push_operation_key(&self) -> Option<PushOperationKey> {
        self.id.parse().ok()
    }
}
