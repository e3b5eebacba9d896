//! Lists of what was made in a window, page by page.

use serde::de::DeserializeOwned;
use serde_json::Value;
use services::gateway::{Listed, Listing, ProviderEvent};

use crate::client::{Call, StripeClient, Unreadable};
use crate::failure::{CallError, rejected};
use crate::webhook::EventKind;
use crate::wire;

/// A page as it came, and the object after which the list goes on.
struct Raw {
    items: Vec<Value>,
    next: Option<String>,
}

impl TryFrom<wire::Page<Value>> for Raw {
    type Error = Unreadable;

    fn try_from(page: wire::Page<Value>) -> Result<Self, Unreadable> {
        let last = page.data.last().filter(|_| page.has_more);
        let next = last.map(|last| last["id"].as_str().map(str::to_owned).ok_or(Unreadable)).transpose()?;
        Ok(Self { items: page.data, next })
    }
}

fn event_of(event: &Value) -> Result<ProviderEvent, Unreadable> {
    let text = |member: &str| event[member].as_str().map(str::to_owned).ok_or(Unreadable);
    let kind = text("type")?;
    let is_acted_on = !matches!(EventKind::from(kind.clone()), EventKind::Other(_));
    Ok(ProviderEvent { id: text("id")?, kind, payload: event.to_string(), is_acted_on })
}

fn unreadable(Unreadable: Unreadable) -> CallError {
    rejected("unreadable_answer", "an object of a list is not what it is known to be")
}

impl StripeClient {
    /// A page of objects, with what `expand` names in them, read as `W` and said in our terms as `T`.
    pub(crate) async fn list_made<W, T>(
        &self,
        path: &str,
        expand: Option<&str>,
        listing: &Listing<'_>,
    ) -> Result<Listed<T>, CallError>
    where
        W: DeserializeOwned,
        T: TryFrom<W, Error = Unreadable>,
    {
        let page = self.page(path, expand, listing).await?;
        let read = |item| serde_json::from_value::<W>(item).map_err(|_| Unreadable).and_then(T::try_from);
        let items = page.items.into_iter().map(read).collect::<Result<_, _>>().map_err(unreadable)?;
        Ok(Listed { items, next: page.next })
    }

    pub(crate) async fn list_events_made(
        &self,
        listing: &Listing<'_>,
    ) -> Result<Listed<ProviderEvent>, CallError> {
        let page = self.page("/v1/events", None, listing).await?;
        let items = page.items.iter().map(event_of).collect::<Result<_, _>>().map_err(unreadable)?;
        Ok(Listed { items, next: page.next })
    }

    async fn page(&self, path: &str, expand: Option<&str>, listing: &Listing<'_>) -> Result<Raw, CallError> {
        let mut parameters = vec![
            ("limit", "100".to_owned()),
            ("created[gte]", listing.from.as_second().to_string()),
            ("created[lt]", listing.to.as_second().to_string()),
        ];
        parameters.extend(expand.map(|expand| ("expand[]", expand.to_owned())));
        parameters.extend(listing.after.map(|after| ("starting_after", after.to_owned())));
        self.call::<wire::Page<Value>, _>(Call::get(path.to_owned(), parameters)).await
    }
}
