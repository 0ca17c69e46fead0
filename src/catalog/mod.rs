pub mod file;
pub mod sop;
