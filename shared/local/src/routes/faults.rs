//! `/_local/faults`: what is to go wrong.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use local_data_api::FaultPlan;
use local_stripe::Faults;
use serde::{Deserialize, Serialize};

use super::LocalError;
use crate::stack::Handles;

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

/// `GET`: what goes wrong at present.
pub(super) async fn show(State(handles): State<Arc<Handles>>) -> Json<AllFaults> {
    Json(AllFaults {
        data_api: handles.cluster.data_api().faults().plan(),
        stripe: handles.stripe.handle().faults(),
    })
}

/// `POST`: replaces all faults; `{}` switches all of them off.
pub(super) async fn set(
    State(handles): State<Arc<Handles>>,
    Json(faults): Json<AllFaults>,
) -> Result<Json<AllFaults>, LocalError> {
    handles.cluster.data_api().faults().set(faults.data_api);
    handles.stripe.handle().set_faults(faults.stripe);
    Ok(show(State(handles)).await)
}
