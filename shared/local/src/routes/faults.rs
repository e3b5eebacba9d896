//! `/_local/faults`: what is to go wrong.

mod form;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use local_data_api::FaultPlan;
use local_stripe::Faults;
use serde::{Deserialize, Serialize};

use self::form::FaultsForm;
use super::{LocalError, bad_request};
use crate::pages::{Input, Page, back_to, shown};
use crate::stack::Handles;

const AT: &str = "/_local/faults/";

/// The faults of each stand-in; an absent one is switched off.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AllFaults {
    /// Of the Data API.
    #[serde(default)]
    data_api: FaultPlan,
    /// Of the payment provider.
    #[serde(default)]
    stripe: Faults,
}

impl AllFaults {
    fn of(handles: &Handles) -> Self {
        Self {
            data_api: handles.cluster.data_api().faults().plan(),
            stripe: handles.stripe.handle().faults(),
        }
    }

    /// Whether anything is to go wrong.
    fn any(&self) -> bool {
        let quiet = FaultPlan {
            seed: self.data_api.seed,
            sql_contains: self.data_api.sql_contains.clone(),
            ..FaultPlan::default()
        };
        let calm = Faults { seed: self.stripe.seed, ..Faults::default() };
        self.data_api != quiet || self.stripe != calm
    }
}

/// Whether anything is to go wrong in this system.
pub(super) fn any(handles: &Handles) -> bool {
    AllFaults::of(handles).any()
}

/// `GET`: what goes wrong at present.
pub(super) async fn show(State(handles): State<Arc<Handles>>, headers: HeaderMap) -> Response {
    let faults = AllFaults::of(&handles);
    shown(&headers, &faults, || {
        let body = form::page(&faults);
        Page { title: "Faults", at: AT, now: Some(handles.clock.now()), aside: None, body }.into_response()
    })
}

/// `POST`: replaces all faults; `{}` switches all of them off.
pub(super) async fn set(
    State(handles): State<Arc<Handles>>,
    faults: Input<AllFaults, FaultsForm>,
) -> Result<Response, LocalError> {
    let (faults, form) = match faults {
        Input::Json(faults) => (faults, false),
        Input::Form(form) => match form.into_faults() {
            Ok(faults) => (faults, true),
            Err(message) => return Ok(bad_request(message)),
        },
    };
    handles.cluster.data_api().faults().set(faults.data_api);
    handles.stripe.handle().set_faults(faults.stripe);
    if form {
        return Ok(back_to(AT));
    }
    Ok(Json(AllFaults::of(&handles)).into_response())
}
