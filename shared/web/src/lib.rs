//! A plain HTTP client: Grafana, and webhooks of chats.
