//! The reviews function.
