//! `/live`, `/ready` and `/metrics` for the operator, on this machine only.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use super::Metrics;

/// What Prometheus expects of the text format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Takes a port of this machine; it cannot be reached from another.
///
/// # Errors
///
/// When somebody has the port.
pub async fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// Answers until it is dropped.
///
/// `/live` says that the program runs: if it does not answer, start it again. `/ready` says that messages are answered;
/// a new start mends that only when the store takes no more commits.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>) -> io::Result<()> {
    let ready = |State(metrics): State<Arc<Metrics>>| async move {
        match metrics.is_ready() {
            true => (StatusCode::OK, "ready\n"),
            false => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
        }
    };
    let numbers = |State(metrics): State<Arc<Metrics>>| async move {
        ([(CONTENT_TYPE, OPEN_METRICS)], metrics.text()).into_response()
    };
    let app = Router::new()
        .route("/live", get(|| async { "live\n" }))
        .route("/ready", get(ready))
        .route("/metrics", get(numbers))
        .with_state(metrics);
    axum::serve(listener, app).await
}
