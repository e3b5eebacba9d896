//! The whole system on one machine: the command innkeep.
