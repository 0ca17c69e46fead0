pub mod catalog;
pub mod dialog;
pub mod matcher;
pub mod message;
pub mod store;
pub mod text;
pub mod ticket;
pub mod value;
