//! GROUND: values without I/O, clock or framework.
