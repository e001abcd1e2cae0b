"""Truth, settlement and what an evaluation would say; which inputs and choices move results."""
