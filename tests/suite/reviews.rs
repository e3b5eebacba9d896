//! Reviews: what is not revealed is nowhere to be noticed, and what is counted can be counted again.

mod blind;
mod histories;
