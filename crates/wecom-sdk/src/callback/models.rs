//! WeCom's callbacks to the device models of hardware vendors.

use std::collections::HashMap;
use std::sync::Arc;

use wecom_callback::{Event, Router};
use wecom_models::openhw::events::ModelTicket;

use crate::{Client, DeviceModel};

/// Passes each ticket (`model_ticket`) to its device model, by the model's ID. The client keeps it, also in the token store,
/// so that other processes, and those that start later, have it. Needs the feature `openhw`.
pub fn model_tickets<'a>(models: impl IntoIterator<Item = &'a Client<DeviceModel>>) -> Router {
    let models: HashMap<String, Client<DeviceModel>> =
        models.into_iter().map(|model| (model.credential().model_id.clone(), model.clone())).collect();
    let models = Arc::new(models);
    Router::new().on(move |ticket: Event<ModelTicket>| {
        let models = Arc::clone(&models);
        async move {
            if let Some(model) = models.get(&ticket.base_info.model_id) {
                model.put_ticket(ticket.event.model_ticket.clone()).await;
            }
        }
    })
}
