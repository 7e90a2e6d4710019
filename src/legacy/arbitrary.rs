//! `arbitrary::Arbitrary` for alerts.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{AccountCategoriesUpdated, Alert, AlertHeader, Rule, RuleType, is_account_categories};
use crate::json::known_or_other;

/// Any rule type except `AccountCategoriesUpdated`, which is not an [`Alert`].
impl<'a> Arbitrary<'a> for RuleType {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let rule_type = known_or_other(u, Self::KNOWN)?;
        Ok(if is_account_categories(rule_type.as_str()) {
            Self::SyncStarted
        } else {
            rule_type
        })
    }
}

impl<'a> Arbitrary<'a> for Alert {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let rule = Rule::arbitrary(u)?;
        let mut header = AlertHeader::arbitrary(u)?;
        rule.rule_type().as_str().clone_into(&mut header.rule_type);
        Ok(Self { header, rule })
    }
}

/// In either envelope.
impl<'a> Arbitrary<'a> for AccountCategoriesUpdated {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut header = Option::<AlertHeader>::arbitrary(u)?;
        if let Some(header) = &mut header {
            let names = ["AccountCategoriesUpdated", "Account Categories Updated"];
            (*u.choose(&names)?).clone_into(&mut header.rule_type);
        }
        let data = u.arbitrary()?;
        Ok(Self { header, data })
    }
}
