//! Every trap of a page, by the smallest one that holds it.
